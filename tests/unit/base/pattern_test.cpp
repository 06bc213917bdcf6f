#include "base/pattern.hpp"

#include <doctest/doctest.h>

using pintle::Pattern;

TEST_SUITE("base/pattern") {
  TEST_CASE("a pattern is found in a text, or it is not") {
    const Pattern pattern("^a|b{2}$");
    CHECK(pattern.problem() == "");
    for (const char* text : {"a", "ax", "xbb"}) CHECK(pattern.is_in(text));
    for (const char* text : {"", "xa", "bbx"}) {
      CHECK_FALSE(pattern.is_in(text));
      CHECK_FALSE(pattern.may_be_in(text));
    }
  }

  TEST_CASE("one that is none says why, is in nothing, and may be in anything") {
    const Pattern pattern("(");
    CHECK(pattern.problem() != "");
    CHECK_FALSE(pattern.is_in("("));
    CHECK(pattern.may_be_in("("));
  }
}
