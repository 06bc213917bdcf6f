// The built-in `certificates`: adds CA certificates to the trust bundle, each once.
#include "actions/certificates.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "actions/action.hpp"
#include "actions/der.hpp"
#include "actions/path_params.hpp"
#include "base/base64.hpp"
#include "config/slots.hpp"
#include "sys/entry.hpp"
#include "sys/file.hpp"
#include "sys/new_file.hpp"
#include "sys/walk.hpp"

namespace pintle::actions {
namespace {

using config::erased;
using config::Key;
using config::text;

constexpr std::size_t kLargestCertificates = 16U << 20U;
constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
constexpr std::string_view kEndings[] = {".pem", ".crt", ".cer", ".der"};
constexpr std::string_view kBundle = "/etc/ssl/certs/ca-certificates.crt";

struct CertificatesParams {
  std::string source{};
  std::optional<std::string> bundle{};
};

constexpr Key<CertificatesParams> kCertificatesKeys[] = {
    {.name = "source",
     .value = text<&CertificatesParams::source, kPath>,
     .help = "A file with certificates in PEM or one in DER, or a directory with *.pem, *.crt, "
             "*.cer and "
             "*.der.",
     .example = "/run/config/corporate-ca.crt",
     .required = true},
    {"bundle", text<&CertificatesParams::bundle, kEntryPath>, "The trust bundle.",
     "/etc/ssl/cert.pem", kBundle},
};

bool is_white(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_sound(std::string_view body) {
  const auto der = from_base64(body);
  return der && is_certificate(*der);
}

/// The body of the next block, which is cut from the front of `text` with all before it; nullopt
/// when there is none, empty when it has no end.
std::optional<std::string> take_body(std::string_view& text) {
  const std::size_t begin = text.find(kBegin);
  if (begin == std::string_view::npos) return std::nullopt;
  text.remove_prefix(begin + kBegin.size());
  const std::size_t end = text.find("-----");
  if (end == std::string_view::npos || !text.substr(end).starts_with(kEnd)) return "";
  std::string body(text.substr(0, end));
  std::erase_if(body, is_white);
  text.remove_prefix(end + kEnd.size());
  return body;
}

bool has_private_key(std::string_view pem) noexcept {
  constexpr std::string_view kKeyBegin = "-----BEGIN ";
  for (std::size_t at = pem.find(kKeyBegin); at != std::string_view::npos;
       at = pem.find(kKeyBegin, at + 1)) {
    const std::string_view label = pem.substr(at, pem.find('\n', at) - at);
    if (label.find("PRIVATE KEY") != std::string_view::npos) return true;
  }
  return false;
}

Result<std::vector<std::string>> bodies_of_file(const std::string& path) {
  const std::string content = TRY(sys::read_trusted_file(path, kLargestCertificates));
  return about(path, certificates_in(content));
}

/// Those of all files of the directory, in the order of their names.
Result<std::vector<std::string>> bodies_of_directory(const Fd& directory, const std::string& path) {
  std::vector<std::string> names = TRY(about(path, sys::names_in(directory)));
  std::erase_if(names, [](const std::string& name) {
    return name.starts_with('.') ||
           std::none_of(std::begin(kEndings), std::end(kEndings),
                        [&](const auto& end) { return name.ends_with(end); });
  });
  if (names.empty()) return Error{"use", 0, path, "it has no *.pem, *.crt, *.cer or *.der in it"};
  std::sort(names.begin(), names.end());
  std::vector<std::string> all;
  for (const std::string& name : names) {
    auto bodies = TRY(bodies_of_file(fmt::format("{}/{}", path, name)));
    all.insert(all.end(), bodies.begin(), bodies.end());
  }
  return all;
}

Result<std::vector<std::string>> bodies_at(const std::string& path) {
  const Fd source = TRY(sys::reach_anything(path));
  const auto info = TRY(about(path, sys::stat_of(source)));
  return S_ISDIR(info.st_mode) ? bodies_of_directory(source, path) : bodies_of_file(path);
}

constexpr mode_t kCertificatesMode = 0644;

struct Bundle {
  std::string text{};
  sys::Ownership ownership{.mode = kCertificatesMode};
};

/// What the new bundle takes over from the one that it replaces: nothing of somebody else's.
sys::Ownership successor_of(const struct stat& info) noexcept {
  const mode_t mode = sys::mode_in_place_of(info, kCertificatesMode);
  if (!sys::is_ours(info)) return {.mode = mode};
  return {.uid = info.st_uid, .gid = info.st_gid, .mode = mode};
}

/// What is there; a bundle that is missing is an empty one.
Result<Bundle> read_bundle(const sys::Place& place, const std::string& path) {
  const auto entry = TRY(sys::look_at(place.directory, place.name, sys::Mounts::cross));
  if (!entry) return Bundle{};
  if (S_ISLNK(entry->info.st_mode)) {
    return Error{"replace", 0, path, "it is a symbolic link; name the file that it leads to"};
  }
  const Fd file = TRY(sys::reopen(entry->fd, place.directory.get(), place.name, O_RDONLY));
  return Bundle{TRY(sys::read_open_file(file, path, kLargestCertificates)),
                successor_of(entry->info)};
}

struct Wanted {
  Bundle bundle{};  ///< as it is to be
  std::size_t added = 0;
  std::size_t damaged = 0;  ///< that were in it before
};

/// The line about what was done. It reports damaged certificates of the old bundle, since most
/// clients refuse a bundle with one.
std::string said(std::string done, const Wanted& wanted) {
  if (wanted.damaged == 0) return done;
  return fmt::format("{}; {} certificates that were in the bundle before are damaged", done,
                     wanted.damaged);
}

Result<Wanted> certificates_wanted_by(const CertificatesParams& params, const sys::Place& place,
                                      const std::string& path) {
  const auto bodies = TRY(bodies_at(params.source));
  Wanted wanted{.bundle = TRY(about(path, read_bundle(place, path)))};
  wanted.damaged = damaged_in(wanted.bundle.text);
  wanted.bundle.text = with_certificates(std::move(wanted.bundle.text), bodies, wanted.added);
  return wanted;
}

Result<std::string> run_certificates(const CertificatesParams& params, const Context&) {
  const std::string path = params.bundle.value_or(std::string(kBundle));
  const sys::Place place = TRY(about(path, sys::reach_place(path)));
  const Wanted wanted = TRY(certificates_wanted_by(params, place, path));
  if (wanted.added == 0) return said("unchanged", wanted);
  sys::NewFile file = TRY(sys::NewFile::begin_in(place.directory, place.name, path));
  TRY(file.write(wanted.bundle.text));
  TRY(file.finish(wanted.bundle.ownership));
  return said(fmt::format("added {}", wanted.added), wanted);
}

bool is_certificates_done(const CertificatesParams& params, const Context&) {
  const std::string path = params.bundle.value_or(std::string(kBundle));
  const auto place = sys::reach_place(path);
  if (!place) return false;
  const auto wanted = certificates_wanted_by(params, *place, path);
  return wanted && wanted->added == 0;
}

}  // namespace

Result<std::vector<std::string>> certificates_in(std::string_view content) {
  if (is_certificate(content)) return std::vector<std::string>{to_base64(content)};
  if (has_private_key(content)) return Error{"use", 0, {}, "there is a private key in it"};
  std::vector<std::string> bodies;
  while (auto body = take_body(content)) {
    if (!is_sound(*body)) return Error{"use", 0, {}, "a certificate in it is damaged"};
    bodies.push_back(*std::move(body));
  }
  if (!bodies.empty()) return bodies;
  constexpr std::string_view kDer = "\x30\x82";  // how a certificate of 256 bytes or more begins
  if (content.starts_with(kDer)) {
    return Error{"use",
                 0,
                 {},
                 "it is not one whole certificate in DER: it is damaged, or of another "
                 "kind (PKCS #7, PKCS #12)"};
  }
  return Error{"use", 0, {}, "there is no certificate in it, neither in PEM nor in DER"};
}

std::size_t damaged_in(std::string_view bundle) {
  std::size_t count = 0;
  while (const auto body = take_body(bundle)) {
    if (!is_sound(*body)) ++count;
  }
  return count;
}

std::string with_certificates(std::string bundle, const std::vector<std::string>& bodies,
                              std::size_t& added) {
  constexpr std::size_t kLineLength = 64;  // RFC 7468, section 2
  std::set<std::string> held;
  std::string_view rest = bundle;
  while (auto body = take_body(rest)) held.insert(*std::move(body));
  if (!bundle.empty() && !bundle.ends_with('\n')) bundle += '\n';
  for (const std::string& body : bodies) {
    if (!held.insert(body).second) continue;
    ++added;
    bundle += fmt::format("{}\n", kBegin);
    for (std::size_t at = 0; at < body.size(); at += kLineLength) {
      bundle += fmt::format("{}\n", body.substr(at, kLineLength));
    }
    bundle += fmt::format("{}\n", kEnd);
  }
  return bundle;
}

const Action kCertificates{
    .spec = {.name = "certificates",
             .kinds = config::kActiveKinds,
             .help = "Add certificates to the trust bundle, each once. If one of them is damaged, "
                     "the action fails and the bundle stays as it is; damaged ones that were in "
                     "the bundle before are reported.",
             .params = config::params_of<kCertificatesKeys>(),
             .shorthand = "source"},
    .run = erased<run_certificates>,
    .is_done = erased<is_certificates_done>,
};

}  // namespace pintle::actions
