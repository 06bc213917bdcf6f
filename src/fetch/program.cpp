#include "fetch/program.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "fetch/verify.hpp"

namespace pintle::fetch {

Result<std::string> verify_program(const config::Request& request) {
  const Expectation expected = TRY(expectation_in(request));
  if (expected.sha256.empty()) return Error{"verify", 0, {}, "the request has no digest"};
  const std::string found = TRY(digest_of(STDOUT_FILENO, request.text("path")));
  if (found == expected.sha256) return std::string("verified");
  return unverified_because(
      fmt::format("its SHA-256 digest is {}, not {}", found, expected.sha256));
}

}  // namespace pintle::fetch
