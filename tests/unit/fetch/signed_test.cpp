#include "fetch/signed.hpp"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "base/fd.hpp"
#include "fetch/verify.hpp"

using namespace pintle;
using namespace pintle::fetch;

namespace {

const std::string kKey = "RWSeunLKh23ePLpEOOyCax+iTHH3d3UsyDZz42gkR/eiWKb1k/bcznVT";
/// By minisign(1), of the file "hello".
const std::string kSignature =
    "untrusted comment: signature from minisign secret key\n"
    "RUSeunLKh23ePOaaqGuTokaCsVc65s7L7oHcLybuRFs7Cyr4tWH6SS6MWG2EcH+oyoYW88y1OUb+"
    "9UBKQGGA3YTCDnqyn6suu"
    "ws=\n"
    "trusted comment: serial 3\n"
    "BhCN21F0EoscTKKun4AzTOj+bCeJGliRy93/Z9+6OE0IAVzA+1UsW008W6PYXSzbbzOLnhF/vt33wG3WKpHCDQ==\n";

Result<void> verified(const std::string& content, const MinisignSignature& signature) {
  const Fd file(::memfd_create("content", MFD_CLOEXEC));
  REQUIRE(::write(file.get(), content.data(), content.size()) ==
          static_cast<ssize_t>(content.size()));
  const auto keys = keys_in(kKey);
  REQUIRE(keys);
  return verify_signature(*keys, signature, file.get(), "/content");
}

}  // namespace

TEST_SUITE("fetch/signed") {
  TEST_CASE("what minisign has signed is verified, and nothing else") {
    const MinisignSignature signature = parse_minisign_signature(kSignature);
    CHECK(verified("hello", signature));
    for (const char* content : {"", "hell", "hello\n", "Hello"}) {
      const auto other = verified(content, signature);
      REQUIRE_FALSE(other);
      CHECK(is_unverified(other.error()));
    }
  }

  TEST_CASE("every bit of a signature counts, and of its trusted comment") {
    const MinisignSignature right = parse_minisign_signature(kSignature);
    for (std::size_t bit = 0; bit < 64 * 8; bit += 3) {
      for (std::string MinisignSignature::*part :
           {&MinisignSignature::signature, &MinisignSignature::of_comment}) {
        MinisignSignature wrong = right;
        char& byte = (wrong.*part)[bit / 8];
        byte = static_cast<char>(byte ^ (1 << bit % 8));
        CHECK_FALSE(verified("hello", wrong));
      }
    }
    MinisignSignature older = right;
    older.comment = "serial 2";
    CHECK_FALSE(verified("hello", older));
  }

  TEST_CASE("a key of another id is not asked, and one of small order is refused") {
    MinisignSignature signature = parse_minisign_signature(kSignature);
    signature.id[0] = 'x';
    CHECK_FALSE(verified("hello", signature));
    const auto two = keys_in(kKey + " " + kKey);
    REQUIRE(two);
    CHECK(two->size() == 2);
    CHECK(keys_in("")->empty());
    CHECK_FALSE(keys_in(kKey + " nothing"));
    CHECK_FALSE(keys_in("RWSeunLKh23ePAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
  }
}
