#include "base/columns.hpp"

#include <doctest/doctest.h>

#include <string_view>

#include "base/text.hpp"

using namespace pintle;

namespace {

char32_t decoded(std::string_view text) {
  return decode_utf8(text.data(), utf8_length(text));
}

}  // namespace

TEST_CASE("bytes of UTF-8 are the character that they encode") {
  CHECK(decoded("a") == U'a');
  CHECK(decoded("\u00e9") == U'\u00e9');
  CHECK(decoded("\u20ac") == U'\u20ac');
  CHECK(decoded("\U0001f680") == U'\U0001f680');
}

TEST_CASE("a character has no column, one or two, as terminals show it") {
  for (const char32_t one : {U'a', U'\u00e9', U'\u20ac', U'\u2028'}) CHECK(columns_of(one) == 1);
  for (const char32_t two : {U'\u4e2d', U'\uac00', U'\uff21', U'\U0001f680', U'\U00020000'}) {
    CHECK(columns_of(two) == 2);
  }
  for (const char32_t none : {U'\u0301', U'\u200d', U'\ufe0f'}) CHECK(columns_of(none) == 0);
}

TEST_CASE("control characters and those that turn the direction are not seen") {
  for (const char32_t one : {char32_t{0}, char32_t{0x1b}, char32_t{0x7f}, char32_t{0x9b},
                             char32_t{0x202e}, char32_t{0x2066}}) {
    CHECK(is_unseen(one));
  }
  for (const char32_t one : {U' ', U'a', U'\u00a0', U'\u00e9', U'\u4e2d'}) CHECK(!is_unseen(one));
}
