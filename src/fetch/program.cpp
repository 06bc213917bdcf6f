#include "fetch/program.hpp"

#include <fmt/format.h>
#include <unistd.h>

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

}  // namespace pintle::fetch
