#include "fetch/actions.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "base/shown.hpp"
#include "fetch/digest.hpp"
#include "fetch/download.hpp"
#include "fetch/place.hpp"
#include "fetch/proof.hpp"
#include "fetch/record.hpp"
#include "sys/entry.hpp"
#include "sys/file.hpp"
#include "sys/new_file.hpp"
#include "sys/walk.hpp"

namespace pintle::fetch {
namespace {

using config::Request;

constexpr mode_t kStandardMode = 0644;

Result<std::string> check(const Request& request) {
  const Proof proof = TRY(proof_in(request));
  const std::string path = request.text("path");
  const Fd file = TRY(sys::open_trusted_file(path));
  TRY(prove(proof, file.get(), path));
  return std::string("proven");
}

/// True if what is there is what would be downloaded, which only a digest can tell.
Result<bool> is_there(const Place& place, const Proof& proof) {
  if (!place.file() || proof.sha256.empty()) return false;
  if (TRY(digest_of(place.file().get(), place.path())) != proof.sha256) return false;
  TRY(prove_lines(proof, place.file().get(), place.path()));
  return true;
}

/// The record of the file that is there, if a server that has no other would leave nothing to do.
Result<std::optional<Record>> known_of(const Place& place, const Order& order, const Proof& proof) {
  const std::optional<Record> nothing;
  // A digest that it does not have is the one of another version.
  if (!place.file() || !proof.sha256.empty() || !TRY(place.is_adoptable())) return nothing;
  const auto record = read_record(place.file());
  if (!record || TRY(sys::stat_of(place.file())).st_size > order.max_size) return nothing;
  if (TRY(digest_of(place.file().get(), place.path())) != record->content) return nothing;
  if (!prove_lines(proof, place.file().get(), place.path())) return nothing;
  return record;
}

/// A new file that is begun when it is needed: where nothing changes nothing need be writable.
class Download {
 public:
  Download(const Order& order, const Proof& proof, const Place& place)
      : order_(order), proof_(proof), place_(place) {}

  /// False if what `known` is about is what the server has. Errors: those of download() and of
  /// proving.
  Result<bool> run(const std::optional<Record>& known) {
    if (!known) TRY(begin());
    Digest digest = TRY(Digest::begin());
    const Sink keep = [&](std::string_view piece) -> Result<void> {
      TRY(begin());
      TRY(digest.add(piece));
      return file_->write(piece);
    };
    const Delivery delivery = TRY(download(order_, known, keep));
    if (delivery.is_unchanged) return false;
    TRY(begin());
    const std::string from = shown(order_.url);
    const std::string found = TRY(digest.finish());
    TRY(prove_digest(proof_, found, from));
    TRY(prove_lines(proof_, file_->descriptor(), from));
    TRY(note(delivery, found));
    return true;
  }

  sys::NewFile& file() noexcept { return *file_; }
  /// For the file; empty if there is nothing to ask by.
  const std::string& record() const noexcept { return record_; }

 private:
  Result<void> begin() {
    if (!file_) file_.emplace(TRY(place_.begin()));
    return {};
  }
  Result<void> note(const Delivery& delivery, const std::string& digest) {
    if (delivery.validators.is_empty()) return {};
    record_ = to_text(TRY(record_of(delivery.url, delivery.headers, delivery.validators, digest)));
    return {};
  }

  const Order& order_;
  const Proof& proof_;
  const Place& place_;
  std::optional<sys::NewFile> file_{};
  std::string record_{};
};

Result<std::string> fetch(const Request& request) {
  const Order order = TRY(order_in(request));
  const Proof proof = TRY(proof_in(request));
  const Place place = TRY(Place::at(request.text("path"), request, kStandardMode));
  if (TRY(is_there(place, proof)) && TRY(place.is_adoptable())) return place.adopt();
  Download download(order, proof, place);
  const auto known = TRY(known_of(place, order, proof));
  if (!TRY(download.run(known))) return place.adopt();
  return place.put(download.file(), download.record());
}

/// The copy is proven, not what it was made of: nobody can exchange it meanwhile.
Result<std::string> fall_back(const Request& request) {
  const Proof proof = TRY(proof_in(request));
  const std::string source = request.text("source");
  const Fd file = TRY(sys::open_fallback(source));
  if (!request.has("destination")) {
    TRY(prove(proof, file.get(), source));
    return fmt::format("there is '{}'", shown_value(source));
  }
  const auto info = TRY(sys::stat_of(file));
  const Place place = TRY(Place::at(request.text("destination"), request, sys::mode_of_copy(info)));
  // A digest says what is in it, whoever wrote it.
  if (proof.sha256.empty()) TRY(about(source, sys::refuse_lending(info, place.wanted())));
  sys::NewFile copy = TRY(place.begin());
  TRY(copy.copy_from(file));
  TRY(prove(proof, copy.descriptor(), source));
  TRY(place.put(copy));
  return fmt::format("copied '{}' to '{}'", shown_value(source), shown_value(place.path()));
}

struct Row {
  std::string_view name;
  Result<std::string> (*run)(const Request& request);
};
constexpr Row kRows[] = {{"fetch", fetch}, {"check", check}, {"fallback", fall_back}};

}  // namespace

Result<std::string> perform(const Request& request) {
  for (const Row& row : kRows) {
    if (row.name == request.action) return row.run(request);
  }
  return Error{"perform", 0, request.action,
               "pintle and pintle-fetch are not of the same version; copy both from one image"};
}

}  // namespace pintle::fetch
