#include "config/excerpt.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pintle::config;

namespace {

/// The two lines, the second with the caret.
std::string shown(std::string_view text, const Position& at, std::size_t columns = 80) {
  const Excerpt excerpt = Excerpts(text, columns).at(at);
  return excerpt.line + '\n' + excerpt.pad + '^';
}

}  // namespace

TEST_CASE("the line of a place is shown with what is as wide as the text before the place") {
  CHECK(shown("{\n  \"a\": 1\r\n}", {2, 8}) == "    2 |   \"a\": 1\n      |        ^");
  CHECK(shown("{\n\t\t\"a\":\t1\n}", {2, 8}) == "    2 | \t\t\"a\":\t1\n      | \t\t    \t^");
  CHECK(shown("{\"é€\": 1}", {1, 11}) == "    1 | {\"é€\": 1}\n      |        ^");
  CHECK(shown("{\"中🚀\": 1}", {1, 12}) == "    1 | {\"中🚀\": 1}\n      |         ^");
  CHECK(shown("{\"e\u0301\": 1}", {1, 9}) == "    1 | {\"e\u0301\": 1}\n      |       ^");
}

TEST_CASE("a place may be the end of the text, and one that is not known shows nothing") {
  CHECK(shown("{\n", {2, 1}) == "    2 | \n      | ^");
  CHECK(shown("{", {1, 9}) == "    1 | {\n      |  ^");
  for (const Position& nowhere : {Position{0, 0}, Position{2, 1}}) {
    CHECK(Excerpts("{", 80).at(nowhere).line.empty());
  }
}

TEST_CASE("of a long line as much is shown as fits, with the place in it") {
  std::string text(300, 'a');
  text[150] = 'X';
  CHECK(shown(text, {1, 151}, 40) ==
        "    1 | ...aaaaaaaaaaaaaXaaaaaaaaaaa...\n      |                 ^");
  CHECK(shown(text, {1, 1}, 40) == "    1 | " + std::string(28, 'a') + "...\n      | ^");
  CHECK(shown(text, {1, 301}, 40) ==
        "    1 | ..." + std::string(28, 'a') + "\n      | " + std::string(31, ' ') + "^");
  std::string wide;
  for (int i = 0; i < 100'000; ++i) wide += "中";
  const Excerpt excerpt = Excerpts(wide, 40).at({1, 150'001});
  CHECK(excerpt.line == "    1 | ...中中中中中中中中中中中中...");
}

TEST_CASE("what is not seen, or is no UTF-8, is escaped") {
  CHECK(shown("\x1b[2J\"\xff\"", {1, 6}) == "    1 | \\x1b[2J\"\\xff\"\n      |         ^");
  CHECK(shown("\u202e\u009b1", {1, 6}) ==
        "    1 | \\xe2\\x80\\xae\\xc2\\x9b1\n      | " + std::string(20, ' ') + "^");
}

TEST_CASE("values that are secrets are not shown, wherever the caret is") {
  for (const std::string text :
       {R"({"environment": {"DB_PASSWORD": "hunter2"}})",
        R"({"environment": {"DB_PASSWORD": "hunter2)",  // not JSON
        R"({"environment": {"DB_PASSWORD": hunter2}})",
        R"({"environment": {"DB_PASSWORD": /* " */ {"value": "hunter2"}}})",
        R"({"environment": {"DB_PASSWORD": {"defaultValue": "\"hunter2"}}})",
        R"({"environment": {"DB": {"value": "hunter2", "pattern": "[", "secret": true}}})",
        R"({"environment": {"DB": {"secret": true, "value": "hunter2")",
        R"({"steps": [{"environment": {"A_KEY": "hunter2"}}]})",
        R"({"steps": [{"fetch": {"headers": {"X-Token": "hunter2"}}}]})",
        R"({"main": {"arguments": ["postgres://u:hunter2@db/x"]}})",
        R"({"main": {"arguments": ["host=db password=hunter2"]}})"}) {
    for (std::size_t column = 1; column <= text.size(); ++column) {
      const Excerpt excerpt = Excerpts(text, 200).at({1, column});
      CHECK_MESSAGE(excerpt.line.find("unter2") == std::string::npos, excerpt.line);
      CHECK(excerpt.line.size() >= excerpt.pad.size());
    }
  }
  const std::string lines = "{\"environment\": {\"DB_PASSWORD\": {\n\"value\": \"hunter2\" }}}";
  CHECK(shown(lines, {2, 10}) == "    2 | \"value\": \"***\" }}}\n      |          ^");
  CHECK(shown(R"({"environment": {"DB_HOST": {"value": "db"}}})", {1, 2}) ==
        "    1 | {\"environment\": {\"DB_HOST\": {\"value\": \"db\"}}}\n      |  ^");
}
