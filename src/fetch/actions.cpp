#include "fetch/actions.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "base/shown.hpp"
#include "fetch/digest.hpp"
#include "fetch/download.hpp"
#include "fetch/listing.hpp"
#include "fetch/manifest.hpp"
#include "fetch/place.hpp"
#include "fetch/probe.hpp"
#include "fetch/program.hpp"
#include "fetch/record.hpp"
#include "fetch/verify.hpp"
#include "sys/entry.hpp"
#include "sys/file.hpp"
#include "sys/new_file.hpp"
#include "sys/walk.hpp"

namespace pintle::fetch {
namespace {

using config::Request;

constexpr mode_t kStandardMode = 0644;

Result<std::string> check(const Request& request) {
  if (request.has("manifest")) {
    const bool is_trusted = request.has("trusted");
    return verify_manifest(request.text("manifest"), request.texts("file"),
                           is_trusted ? Signature::where_anchors_are : Signature::none);
  }
  const Expectation expected = TRY(expectation_in(request));
  const std::string path = request.text("path");
  const Fd file = TRY(sys::open_trusted_file(path));
  TRY(verify(expected, file.get(), path));
  return std::string("verified");
}

/// True if the file has the content that would be downloaded. Only possible with a digest.
Result<bool> is_there(const Place& place, const Expectation& expected) {
  if (!place.file() || expected.sha256.empty()) return false;
  if (TRY(digest_of(place.file().get(), place.path())) != expected.sha256) return false;
  TRY(verify_lines(expected, place.file().get(), place.path()));
  return true;
}

/// The record of the existing file, if that file may stay when the server has no newer version.
Result<std::optional<Record>> known_of(const Place& place, const Order& order,
                                       const Expectation& expected) {
  const std::optional<Record> nothing;
  // With a digest in the request, the existing file is another version: is_there() was false.
  if (!place.file() || !expected.sha256.empty() || !TRY(place.is_adoptable())) return nothing;
  const auto record = read_record(place.file());
  if (!record || TRY(sys::stat_of(place.file())).st_size > order.max_size) return nothing;
  if (TRY(digest_of(place.file().get(), place.path())) != record->content) return nothing;
  if (!verify_lines(expected, place.file().get(), place.path())) return nothing;
  return record;
}

/// Downloads into a new file, which is created when the first content arrives: if nothing changes,
/// the directory need not be writable.
class DownloadAction {
 public:
  DownloadAction(const Order& order, const Expectation& expected, const Place& place)
      : order_(order), expected_(expected), place_(place) {}

  /// False if the server has the version that `known` describes. Errors: those of download() and of
  /// the verification.
  Result<bool> run(const std::optional<Record>& known) {
    if (!known) TRY(begin());
    const Target target{[this](std::string_view piece) { return add(piece); },
                        [this] { return restart(); }, !expected_.sha256.empty()};
    const Delivery delivery = TRY(download(order_, known, target));
    if (delivery.is_unchanged) return false;
    TRY(begin());
    const std::string from = shown(order_.url);
    const std::string found = TRY(digest_->finish());
    TRY(verify_digest(expected_, found, from));
    TRY(verify_lines(expected_, file_->descriptor(), from));
    TRY(note(delivery, found));
    return true;
  }

  sys::NewFile& file() noexcept { return *file_; }
  /// The record for the new file; empty if the response has no validator.
  const std::string& record() const noexcept { return record_; }

 private:
  Result<void> begin() {
    if (file_) return {};
    file_.emplace(TRY(place_.begin()));
    digest_.emplace(TRY(Digest::begin()));
    return {};
  }
  Result<void> add(std::string_view piece) {
    TRY(begin());
    TRY(digest_->add(piece));
    return file_->write(piece);
  }
  Result<void> restart() {
    file_.reset();
    return begin();
  }
  Result<void> note(const Delivery& delivery, const std::string& digest) {
    if (delivery.validators.is_empty()) return {};
    record_ = to_text(TRY(record_of(delivery.order, delivery.validators, digest)));
    return {};
  }

  const Order& order_;
  const Expectation& expected_;
  const Place& place_;
  std::optional<sys::NewFile> file_{};
  std::optional<Digest> digest_{};  // of what is in the file
  std::string record_{};
};

Result<std::string> fetch(const Request& request) {
  const Order order = TRY(order_in(request));
  const Expectation expected = TRY(expectation_in(request));
  const Place place = TRY(Place::at(request.text("path"), request, kStandardMode));
  if (TRY(is_there(place, expected)) && TRY(place.is_adoptable())) return place.adopt();
  DownloadAction download(order, expected, place);
  const auto known = TRY(known_of(place, order, expected));
  if (!TRY(download.run(known))) return place.adopt();
  return place.put(download.file(), download.record());
}

/// Verifies the copy, not its source: the source could be replaced in between.
Result<std::string> fall_back(const Request& request) {
  const Expectation expected = TRY(expectation_in(request));
  const std::string source = request.text("source");
  const Fd file = TRY(sys::open_fallback(source));
  if (!request.has("destination")) {
    TRY(verify(expected, file.get(), source));
    return fmt::format("'{}' exists", shown_value(source));
  }
  const auto info = TRY(sys::stat_of(file));
  const Place place = TRY(Place::at(request.text("destination"), request, sys::mode_of_copy(info)));
  // With a digest it does not matter who wrote the source.
  if (expected.sha256.empty()) TRY(about(source, sys::refuse_lending(info, place.wanted())));
  sys::NewFile copy = TRY(place.begin());
  TRY(copy.copy_from(file));
  TRY(verify(expected, copy.descriptor(), source));
  TRY(place.put(copy));
  return fmt::format("copied '{}' to '{}'", shown_value(source), shown_value(place.path()));
}

struct Row {
  std::string_view name;
  Result<std::string> (*run)(const Request& request);
};
constexpr Row kRows[] = {{"fetch", fetch},         {"check", check},
                         {"fallback", fall_back},  {"http", probe_http},
                         {"grpc", probe_grpc},     {"wait", wait_http},
                         {"digest", list_digests}, {"program", verify_program},
                         {"config", verify_config}};

}  // namespace

Result<std::string> perform(const Request& request) {
  for (const Row& row : kRows) {
    if (row.name == request.action) return row.run(request);
  }
  return Error{"perform", 0, request.action,
               "pintle and pintle-fetch have different versions; copy both from one image"};
}

}  // namespace pintle::fetch
