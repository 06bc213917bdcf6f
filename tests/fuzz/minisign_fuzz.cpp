// Any bytes as a public key and as a signature of minisign.
#include <string>

#include "base/minisign.hpp"
#include "fuzz.hpp"

using namespace pintle;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text(data, size);
  const MinisignKey key = parse_minisign_key(text);
  fuzz::require(key.key.size() == (key.problem.empty() ? 32U : 0U), "a key has 32 bytes");
  const MinisignSignature one = parse_minisign_signature(text);
  const std::size_t wanted = one.problem.empty() ? 64 : 0;
  fuzz::require(one.signature.size() == wanted, "a signature has 64 bytes");
  fuzz::require(one.of_comment.size() == wanted, "the signature of the comment has 64 bytes");
  fuzz::require(one.comment.find('\n') == std::string::npos, "a comment is one line");
  fuzz::require(one.problem.empty() || one.comment.empty(), "a wrong file has no comment");
  fuzz::require(minisign_id(key.id).size() == 16, "an id has 16 digits");
  return 0;
}
