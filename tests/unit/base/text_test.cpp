#include "base/text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace pintle;

TEST_SUITE("base/text") {
  TEST_CASE("the nearest word is found within a third of its length in edits") {
    const std::vector<std::string_view> words{"timeout", "interval", "command", "arguments", "id"};
    struct Row {
      const char* word;
      const char* meant;
    };
    const Row rows[] = {
        {"timeout", "timeout"},
        {"timout", "timeout"},
        {"Timeout", "timeout"},
        {"TIMEOUT", "timeout"},
        {"time_out", "timeout"},
        {"tmieout", "timeout"},
        {"comand", "command"},
        {"commands", "command"},
        {"cmd", ""},
        {"argument", "arguments"},
        {"intervall", "interval"},
        {"Id", "id"},
        {"ids", "id"},
        {"xx", ""},
        {"", ""},
        {"something", ""},
    };
    for (const Row& row : rows) {
      CAPTURE(row.word);
      CHECK(nearest(row.word, words) == row.meant);
    }
  }

  TEST_CASE("without candidates, or with a word without end, nothing is near") {
    CHECK(nearest("timeout", {}).empty());
    const std::string endless(100'000, 'a');
    const std::string_view other[] = {endless};
    CHECK(nearest(endless, other).empty());
  }

  TEST_CASE("the first of equally near words is taken") {
    const std::string_view words[] = {"stop", "step"};
    CHECK(nearest("stap", words) == "stop");
  }

  TEST_CASE("a line shows control characters and keeps all other bytes") {
    struct Row {
      std::string_view text;
      const char* line;
    };
    const Row rows[] = {
        {"", ""},
        {"plain", "plain"},
        {"a\nb", "a\\nb"},
        {"a\tb", "a\\tb"},
        {"a\rb", "a\\x0db"},
        {"\x1b[31m", "\\x1b[31m"},
        {"\x7f", "\\x7f"},
        {std::string_view("\0", 1), "\\x00"},
        {"\xC3\xA9", "\xC3\xA9"},
        {"\xff", "\xff"},
        {"back\\slash \"quote\"", "back\\slash \"quote\""},
    };
    for (const Row& row : rows) {
      CAPTURE(row.line);
      CHECK(one_line(row.text) == row.line);
    }
  }

  TEST_CASE("a line that is too long ends in dots") {
    CHECK(one_line("abc", 3) == "abc");
    CHECK(one_line("abcd", 3) == "abc...");
    CHECK(one_line("abcd", 0) == "...");
    CHECK(one_line(std::string(501, 'x')) == std::string(500, 'x') + "...");
    CHECK(one_line(std::string(500, 'x')) == std::string(500, 'x'));
  }

  TEST_CASE("every URL in a text loses what may be a credential") {
    struct Row {
      const char* text;
      const char* without;
    };
    const Row rows[] = {
        {"", ""},
        {"://", "://"},
        {"a@b?c", "a@b?c"},
        {"http://h/p", "http://h/p"},
        {"http://u:p@h:8/p?q=1#f", "http://h:8/p"},
        {"http://u:p@x@h", "http://h"},
        {"http://h/me@x?y", "http://h/me@x"},
        {"http://h?q@x", "http://h"},
        {"http://a to http://u:p@b/?q now", "http://a to http://b/ now"},
        {"<http://a?b>, \"c://d@e?f\"", "<http://a>, \"c://e\""},
        {"a://b@c://d@e", "a://c://e"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      CHECK(without_credentials(row.text) == row.without);
    }
  }

  TEST_CASE("only the case of ASCII letters is ignored") {
    CHECK(equal_without_case("", ""));
    CHECK(equal_without_case("SigTerm", "SIGTERM"));
    CHECK_FALSE(equal_without_case("SIGTERM", "SIGTER"));
    CHECK_FALSE(equal_without_case("SIGTER", "SIGTERM"));
    CHECK_FALSE(equal_without_case("[", "{"));
    CHECK_FALSE(equal_without_case("@", "`"));
    CHECK_FALSE(equal_without_case("\xC3\xA9", "\xC3\x89"));
  }

  TEST_CASE("a SHA-256 digest has 64 hexadecimal digits") {
    const std::string digest(32, 'a');
    CHECK(is_sha256(digest + std::string(32, 'F')));
    for (const std::string& none : {digest, digest + digest + "0", digest + std::string(32, 'g')}) {
      CHECK_FALSE(is_sha256(none));
    }
  }

  TEST_CASE("fields are taken one by one, the last one whole") {
    std::string_view text = "a\t\tb c";
    CHECK(take_field(text, '\t') == "a");
    CHECK(take_field(text, '\t') == "");
    CHECK(take_field(text, '\t') == "b c");
    CHECK(text.empty());
    CHECK(take_field(text, '\t') == "");
  }

  TEST_CASE("times are written as RFC 3339 has them") {
    CHECK(rfc3339(0) == "1970-01-01T00:00:00Z");
    CHECK(rfc3339(951782399) == "2000-02-28T23:59:59Z");
    CHECK(rfc3339(4102444800) == "2100-01-01T00:00:00Z");
  }
}
