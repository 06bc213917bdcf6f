#include "fetch/manifest.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <climits>
#include <cstdint>
#include <new>
#include <optional>
#include <set>
#include <span>

#include "base/shown.hpp"
#include "fetch/signed.hpp"
#include "fetch/verify.hpp"
#include "sys/manifest_file.hpp"
#include "sys/walk.hpp"
#include "sys/workers.hpp"

namespace pintle::fetch {
namespace {

constexpr std::uint64_t kNone = UINT64_MAX;

/// What the first file that one process could not verify has, in shared memory.
struct Failure {
  std::uint64_t index = kNone;
  std::size_t size = 0;
  std::array<char, 8192> text{};

  void set(std::uint64_t at, const std::string& message) noexcept {
    index = at;
    size = message.copy(text.data(), text.size());
  }
  std::string message() const { return {text.data(), size}; }
};

/// What the processes share. Each takes the next file that none has taken, so the files before a
/// failure have all been taken, and the first failure in the manifest's order is always found.
struct Board {
  std::atomic<std::uint64_t> next{0};
  std::atomic<std::uint64_t> first_failed{kNone};
  std::atomic<std::uint64_t> verified{0};

  void fail_at(std::uint64_t index) noexcept {
    std::uint64_t known = first_failed;
    while (index < known && !first_failed.compare_exchange_weak(known, index)) {
    }
  }
};

/// `path` from the root on, without "." and "..".
std::string absolute(const std::string& path) {
  std::array<char, PATH_MAX> here{};
  std::string whole = path;
  if (!path.starts_with('/') && ::getcwd(here.data(), here.size()) != nullptr) {
    whole = fmt::format("{}/{}", here.data(), path);
  }
  std::vector<std::string_view> parts;
  for (std::string_view rest = whole; !rest.empty();) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
  }
  return fmt::format("/{}", fmt::join(parts, "/"));
}

/// The work on one manifest.
class Verification {
 public:
  Verification(const sys::ManifestFile& manifest, const std::vector<std::string>& files)
      : manifest_(manifest) {
    for (const std::string& file : files) wanted_.insert(absolute(file));
    missing_ = wanted_;
  }

  Result<std::string> run() {
    const auto size = static_cast<std::size_t>(std::max<std::int64_t>(manifest_.size(), 0));
    const std::size_t most = size / kShortestLine + 1;
    const std::size_t count = std::min(sys::useful_processes(), most);
    const auto memory = TRY(sys::SharedMemory::make(sizeof(Board) + count * sizeof(Failure)));
    board_ = new (memory.data()) Board();
    failures_ = {reinterpret_cast<Failure*>(board_ + 1), count};
    for (Failure& failure : failures_) new (&failure) Failure();
    TRY(sys::in_processes(count, [this](std::size_t number) { work(failures_[number]); }));
    return result();
  }

 private:
  static constexpr std::size_t kShortestLine = 68;

  Result<std::string> result() const {
    const Failure* first = nullptr;
    for (const Failure& failure : failures_) {
      const bool is_earlier = first == nullptr || failure.index < first->index;
      if (failure.index != kNone && is_earlier) first = &failure;
    }
    if (first != nullptr) return unverified_because(first->message());
    if (!missing_.empty()) {
      return unverified_because(fmt::format("'{}' is not named in '{}'",
                                            shown_value(*missing_.begin()),
                                            shown_value(manifest_.path())));
    }
    // The processes read the manifest one by one, and it could be changed in between.
    if (total_ != board_->verified) {
      return unverified_because(
          fmt::format("'{}' was changed while it was read", shown_value(manifest_.path())));
    }
    const std::string weakness =
        manifest_.is_ours_to_change() ? fmt::format(", which uid {} can change", ::geteuid()) : "";
    return fmt::format("verified {} file{} of '{}'{}", total_, total_ == 1 ? "" : "s",
                       shown_value(manifest_.path()), weakness);
  }

  /// The part of one process. Only the results of this process itself are left in the members.
  void work(Failure& failure) {
    sys::ManifestReader entries = manifest_.entries();
    std::uint64_t taken = board_->next++;
    for (total_ = 0;;) {
      const auto entry = entries.next();
      if (!entry) return fail(failure, entry.error().message());
      if (!*entry) return;
      if (!is_wanted(**entry)) continue;
      if (board_->first_failed <= total_) return;
      if (taken == total_) {
        const auto verified = verify_one(**entry);
        if (!verified) return fail(failure, place_of(**entry, verified.error()));
        ++board_->verified;
        taken = board_->next++;
      }
      ++total_;
    }
  }

  void fail(Failure& failure, const std::string& message) {
    failure.set(total_, message);
    board_->fail_at(total_);
  }

  std::string place_of(const sys::ManifestEntry& entry, const Error& error) const {
    return fmt::format("{}:{}: {}", shown_value(manifest_.path()), entry.line, error.message());
  }

  bool is_wanted(const sys::ManifestEntry& entry) {
    if (wanted_.empty()) return true;
    const std::string path = absolute(manifest_.path_of(entry.name));
    missing_.erase(path);
    return wanted_.contains(path);
  }

  Result<void> verify_one(const sys::ManifestEntry& entry) const {
    const std::string path = manifest_.path_of(entry.name);
    auto file = sys::open_without_links(manifest_.directory(), entry.name);
    if (!file) {
      Error error = std::move(file).error();
      error.subject = path;
      return error;
    }
    return verify({entry.digest, {}}, file->get(), path);
  }

  const sys::ManifestFile& manifest_;
  std::set<std::string> wanted_{};   ///< absolute paths; empty: all
  std::set<std::string> missing_{};  ///< of these, those that have not been seen in the manifest
  Board* board_ = nullptr;
  std::span<Failure> failures_{};
  std::uint64_t total_ = 0;  ///< the files before the one that is looked at
};

/// The id of the key that has signed the manifest; "" if the image has no trust anchors. Freezes a
/// manifest that must be signed.
Result<std::string> signer_of(sys::ManifestFile& manifest) {
  const auto anchors = TRY(anchors_if_any());
  if (anchors.empty()) return std::string();
  const MinisignSignature signature = TRY(read_signature(manifest.path() + ".minisig"));
  TRY(manifest.freeze());
  TRY(verify_signature(anchors, signature, manifest.descriptor(), manifest.path()));
  return minisign_id(signature.id);
}

Error as_unverified(const std::string& path, const Error& error) {
  return unverified_because(
      fmt::format("cannot verify '{}': {}", shown_value(path), error.message()));
}

}  // namespace

Result<std::string> verify_manifest(const std::string& path, const std::vector<std::string>& files,
                                    Signature signature) {
  auto manifest = sys::ManifestFile::open(path);
  if (!manifest) return unverified_because(manifest.error().message());
  std::string key;
  if (signature == Signature::where_anchors_are) {
    auto signer = signer_of(*manifest);
    if (!signer) return as_unverified(path, signer.error());
    key = *std::move(signer);
  }
  std::string line = TRY(Verification(*manifest, files).run());
  return key.empty() ? line : fmt::format("{}, signed by the key {}", line, key);
}

}  // namespace pintle::fetch
