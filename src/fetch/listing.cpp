#include "fetch/listing.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <vector>

#include "base/manifest.hpp"
#include "base/shown.hpp"
#include "fetch/verify.hpp"
#include "sys/file.hpp"
#include "sys/new_file.hpp"
#include "sys/tree.hpp"
#include "sys/walk.hpp"
#include "sys/workers.hpp"

namespace pintle::fetch {
namespace {

constexpr std::size_t kDigestSize = 64;
constexpr mode_t kMode = 0644;

void note(const std::string& path, std::string_view why) {
  (void)sys::write_all(STDERR_FILENO,
                       fmt::format("pintle: skipped '{}': {}\n", shown_value(path), why), "write");
}

/// Finds the files that get a line.
class Search {
 public:
  Search(bool is_recursive, std::vector<struct stat> outputs)
      : is_recursive_(is_recursive), outputs_(std::move(outputs)) {}

  Result<void> add(const std::string& path) {
    const Fd here = TRY(sys::working_directory());
    const Fd found = TRY(sys::reach_without_links(here, path));
    const struct stat info = TRY(about(path, sys::stat_of(found)));
    if (S_ISDIR(info.st_mode)) return add_directory(found, path);
    if (S_ISREG(info.st_mode)) {
      names_.push_back(path);
      return {};
    }
    return Error{"read", 0, path, describe(info)};
  }

  /// Sorted, each once.
  std::vector<std::string> names() && {
    std::sort(names_.begin(), names_.end());
    names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
    return std::move(names_);
  }

 private:
  static const char* describe(const struct stat& info) noexcept {
    return S_ISLNK(info.st_mode) ? "it is a symbolic link" : "it is not a regular file";
  }

  Result<void> add_directory(const Fd& directory, const std::string& path) {
    if (!is_recursive_)
      return Error{"read", 0, path, "it is a directory; -r reads all files in it"};
    const std::string root = path.substr(0, path.find_last_not_of('/') + 1);
    std::vector<std::string> at;  // the names from the root to what is visited
    const auto each = [&](const sys::Visit& visit) -> Result<void> {
      at.resize(visit.depth);
      at.push_back(visit.name);
      if (!S_ISDIR(visit.entry.info.st_mode)) {
        take(fmt::format("{}/{}", root, fmt::join(at, "/")), visit.entry.info);
      }
      return {};
    };
    const std::size_t mounts = TRY(sys::visit_tree(directory, root, {.each = each}));
    if (mounts > 0) note(path, fmt::format("{} other file systems in it", mounts));
    return {};
  }

  void take(std::string path, const struct stat& info) {
    if (!S_ISREG(info.st_mode)) return note(path, describe(info));
    const auto is_output = [&](const struct stat& one) { return sys::is_same(one, info); };
    if (std::any_of(outputs_.begin(), outputs_.end(), is_output)) return;
    names_.push_back(std::move(path));
  }

  bool is_recursive_;
  std::vector<struct stat> outputs_;  ///< the files that the lines are written to
  std::vector<std::string> names_{};
};

/// The digest of a file as another process has computed it, in shared memory.
struct Slot {
  bool is_done;
  std::array<char, kDigestSize> digest;
};

Result<std::string> digest_at(const Fd& here, const std::string& path) {
  const Fd file = TRY(sys::open_without_links(here, path));
  return digest_of(file.get(), path);
}

/// The digests of the files, in their order.
Result<std::vector<std::string>> digests_of(const std::vector<std::string>& names) {
  using Counter = std::atomic<std::uint64_t>;
  const Fd here = TRY(sys::working_directory());
  const auto memory =
      TRY(sys::SharedMemory::make(sizeof(Counter) + names.size() * sizeof(Slot) + 1));
  auto* const next = new (memory.data()) Counter(0);
  auto* const slots = reinterpret_cast<Slot*>(next + 1);
  const std::size_t count = std::min(sys::useful_processes(), names.size());
  TRY(sys::in_processes(count, [&](std::size_t) {
    for (std::uint64_t one = (*next)++; one < names.size(); one = (*next)++) {
      const auto digest = digest_at(here, names[one]);
      if (!digest) continue;  // below it fails again, and says why
      digest->copy(slots[one].digest.data(), kDigestSize);
      slots[one].is_done = true;
    }
  }));
  std::vector<std::string> digests;
  for (std::size_t one = 0; one < names.size(); ++one) {
    digests.push_back(slots[one].is_done ? std::string(slots[one].digest.data(), kDigestSize)
                                         : TRY(digest_at(here, names[one])));
  }
  return digests;
}

/// What may not be listed, since it is not complete before the listing is.
std::vector<struct stat> outputs_of(const std::string& path) {
  std::vector<struct stat> all;
  struct stat info {};
  if (::fstat(STDOUT_FILENO, &info) == 0 && S_ISREG(info.st_mode)) all.push_back(info);
  if (!path.empty() && ::lstat(path.c_str(), &info) == 0) all.push_back(info);
  return all;
}

}  // namespace

Result<std::string> list_digests(const config::Request& request) {
  const std::string output = request.text("output");
  Search search(request.has("recursive"), outputs_of(output));
  for (const std::string& path : request.texts("path")) TRY(search.add(path));
  const std::vector<std::string> names = std::move(search).names();
  if (names.empty()) return Error{"list digests", 0, {}, "there is no regular file"};
  const std::vector<std::string> digests = TRY(digests_of(names));
  std::string text;
  for (std::size_t one = 0; one < names.size(); ++one) {
    text += manifest_line(digests[one], names[one]);
  }
  if (output.empty()) {
    TRY(sys::write_all(STDOUT_FILENO, text, "write to standard output"));
    return std::string();
  }
  sys::NewFile file = TRY(sys::NewFile::begin(output));
  TRY(about(output, file.write(text)));
  TRY(file.finish({.uid = {}, .gid = {}, .mode = kMode}));
  return std::string();
}

}  // namespace pintle::fetch
