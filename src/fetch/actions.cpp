#include "fetch/actions.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <string_view>

#include "fetch/digest.hpp"
#include "fetch/download.hpp"
#include "fetch/place.hpp"
#include "fetch/proof.hpp"
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

Result<void> download_into(sys::NewFile& fresh, const Order& order, const Proof& proof) {
  Digest digest = TRY(Digest::begin());
  const Sink keep = [&](std::string_view piece) -> Result<void> {
    TRY(digest.add(piece));
    return fresh.write(piece);
  };
  TRY(download(order, keep));
  const std::string from = shown(order.url);
  const std::string found = TRY(digest.finish());
  TRY(prove_digest(proof, found, from));
  return prove_lines(proof, fresh.descriptor(), from);
}

Result<std::string> fetch(const Request& request) {
  const Order order = TRY(order_in(request));
  const Proof proof = TRY(proof_in(request));
  const Place place = TRY(Place::at(request.text("path"), request, kStandardMode));
  if (TRY(is_there(place, proof)) && TRY(place.is_adoptable())) return place.adopt();
  sys::NewFile fresh = TRY(sys::NewFile::begin(place.path()));
  TRY(download_into(fresh, order, proof));
  return place.put(fresh);
}

/// The copy is proven, not what it was made of: nobody can exchange it meanwhile.
Result<std::string> fall_back(const Request& request) {
  const Proof proof = TRY(proof_in(request));
  const std::string source = request.text("source");
  const Fd file = TRY(sys::open_fallback(source));
  if (!request.has("destination")) {
    TRY(prove(proof, file.get(), source));
    return fmt::format("there is '{}'", source);
  }
  struct stat info {};
  if (::fstat(file.get(), &info) < 0) return Error::from_errno("stat");
  const Place place = TRY(Place::at(request.text("destination"), request, info.st_mode & 07777));
  sys::NewFile copy = TRY(sys::NewFile::begin(place.path()));
  TRY(copy.copy_from(file));
  TRY(prove(proof, copy.descriptor(), source));
  TRY(place.put(copy));
  return fmt::format("copied '{}' to '{}'", source, place.path());
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
