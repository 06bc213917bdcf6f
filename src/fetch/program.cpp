#include "fetch/program.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>

#include "fetch/signed.hpp"
#include "fetch/verify.hpp"

namespace pintle::fetch {
namespace {

Result<void> verify_digest_of(const config::Request& request) {
  const Expectation expected = TRY(expectation_in(request));
  const std::string found = TRY(digest_of(STDOUT_FILENO, request.text("path")));
  if (found == expected.sha256) return {};
  return unverified_because(
      fmt::format("its SHA-256 digest is {}, not {}", found, expected.sha256));
}

Result<void> verify_signature_of(const config::Request& request) {
  const auto anchors = TRY(trust_anchors());
  const MinisignSignature signature = TRY(read_signature(request.text("signature")));
  return verify_signature(anchors, signature, STDOUT_FILENO, request.text("path"));
}

}  // namespace

Result<std::string> verify_program(const config::Request& request) {
  const bool has_digest = request.has("sha256");
  if (!has_digest && !request.has("signature")) {
    return Error{"verify", 0, {}, "the request has neither digest nor signature"};
  }
  if (has_digest) TRY(verify_digest_of(request));
  if (request.has("signature")) TRY(verify_signature_of(request));
  return std::string("verified");
}

Result<std::int64_t> config_serial_in(std::string_view comment) {
  constexpr std::string_view kStart = "pintle-config v1 serial ";
  std::int64_t serial = 0;
  const char* const end = comment.data() + comment.size();
  const bool has_start = comment.starts_with(kStart);
  if (has_start) comment.remove_prefix(kStart.size());
  const auto [stop, error] = std::from_chars(comment.data(), end, serial);
  if (has_start && error == std::errc() && stop == end && serial >= 0) return serial;
  return unverified_because(
      "the trusted comment of its signature is not 'pintle-config v1 serial N'");
}

Result<std::string> verify_config(const config::Request& request) {
  const std::string path = request.text("path");
  const auto anchors = TRY(anchors_if_any());
  if (anchors.empty()) return std::string("there is no trust anchor");
  const MinisignSignature signature = TRY(read_signature(path + ".minisig"));
  TRY(verify_signature(anchors, signature, STDOUT_FILENO, path));
  const std::int64_t serial = TRY(config_serial_in(signature.comment));
  const std::int64_t oldest = TRY(oldest_serial());
  if (serial >= oldest) return fmt::format("verified, serial {}", serial);
  return unverified_because(
      fmt::format("its serial is {}, and the oldest that is accepted is {}", serial, oldest));
}

}  // namespace pintle::fetch
