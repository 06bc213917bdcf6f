#include "base/pattern.hpp"

#include <doctest/doctest.h>

#include "base/pattern_size.hpp"

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

  TEST_CASE("a pattern whose repetitions need too much memory is refused before it is compiled") {
    for (const char* text :
         {"((((a{255}){255}){255}){255})", "((a{255}){255}){9}", "a{255}{255}{255}",
          "((((a{255}|b){255})*){255}", "((a?){100}){100}", "(a{0,255}){190}", "(a{0,255}){30}",
          "((a|b*){255}){255}", "(((a{,255}){255}){255}", "(x[]]{255}){255}{3}",
          "((([[:alpha:]]{200}){200}){99,})", "((((a{65535}){65535}){65535}){65535})"}) {
      CAPTURE(text);
      CHECK(pintle::pattern_size(text) > pintle::kLargestPattern);
      CHECK(Pattern(text).problem().find("its repetitions need too much memory") == 0);
      CHECK_FALSE(Pattern(text).is_in("a"));
      CHECK(Pattern(text).may_be_in("a"));
    }
    CHECK(Pattern(std::string(200'000, 'a')).problem() != "");
  }

  TEST_CASE("a pattern as people write them is not too large") {
    for (const char* text :
         {"", "a", "[0-9a-f]{64}", R"(([a-z0-9-]{1,63}\.){0,10}[a-z]{2,63})", "(a{255}){40}",
          "[^]{255}]{2}", R"(a\{255}{2})", R"([[:digit:]]{1,3}(\.[[:digit:]]{1,3}){3})",
          "debug|info|warn|error", R"(.*(eval|exec) *\(.*)"}) {
      CAPTURE(text);
      CHECK(pintle::pattern_size(text) <= pintle::kLargestPattern);
      CHECK(Pattern(text).problem() == "");
    }
    CHECK(pintle::pattern_size("ab") < pintle::pattern_size("(a|b)c{2}"));
    CHECK(pintle::pattern_size("(a|b)c{2}") < 50);
    CHECK(pintle::pattern_size("a{0}") == 0);
  }

  TEST_CASE("one that is none says why, is in nothing, and may be in anything") {
    const Pattern pattern("(");
    CHECK(pattern.problem() != "");
    CHECK_FALSE(pattern.is_in("("));
    CHECK(pattern.may_be_in("("));
  }
}
