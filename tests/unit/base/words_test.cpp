#include "base/words.hpp"

#include <doctest/doctest.h>

using pintle::split_words;

TEST_SUITE("base/words") {
  TEST_CASE("blanks separate words, and quotes and backslashes keep them together as in POSIX sh") {
    struct Row {
      const char* text;
      std::vector<std::string> words;
    };
    const Row rows[] = {
        {"", {}},
        {" \t\n ", {}},
        {"-Xmx1g  -Da=b\n-v", {"-Xmx1g", "-Da=b", "-v"}},
        {"'a b' \"c d\" e\\ f", {"a b", "c d", "e f"}},
        {"-D'x y'=\"z\"w", {"-Dx y=zw"}},
        {"'' \"\" x", {"", "", "x"}},
        {R"("\"\\\$\`\a" '\n')", {R"("\$`\a)", R"(\n)"}},
        {"a\\\nb \"c\\\nd\"", {"ab", "cd"}},
        {"$HOME *", {"$HOME", "*"}},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      const auto words = split_words(row.text);
      REQUIRE(words);
      CHECK(*words == row.words);
    }
  }

  TEST_CASE("a quote that is not closed, or a backslash with nothing behind it, is an error") {
    for (const char* text : {"'a", "\"a", "a \"b\\\"", "a\\"}) {
      CAPTURE(text);
      CHECK_FALSE(split_words(text));
    }
  }
}
