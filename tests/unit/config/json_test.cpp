#include "config/json.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pintle::config;
using Type = Node::Type;

namespace {

struct At {
  std::size_t line;
  std::size_t column;
};

void check_at(const Position& position, const At& wanted) {
  CHECK(position.line == wanted.line);
  CHECK(position.column == wanted.column);
}

Node good_json(std::string_view text) {
  Problems problems;
  Node node = parse_json(text, problems);
  for (const Problem& problem : problems) FAIL_CHECK(problem.message);
  return node;
}

Problem only_problem(std::string_view text) {
  Problems problems;
  (void)parse_json(text, problems);
  REQUIRE(problems.size() == 1);
  CHECK_FALSE(problems[0].message.empty());
  return problems[0];
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST_SUITE("config/json") {
  TEST_CASE("every kind of value is known, with its place") {
    struct Row {
      const char* text;
      Type type;
      const char* content;
    };
    const Row rows[] = {{"null", Type::null, ""},
                        {"true", Type::boolean, ""},
                        {"false", Type::boolean, ""},
                        {"0", Type::integer, "0"},
                        {"-7", Type::integer, "-7"},
                        {"9223372036854775807", Type::integer, "9223372036854775807"},
                        {"-9223372036854775808", Type::integer, "-9223372036854775808"},
                        {"9223372036854775808", Type::fraction, "9223372036854775808"},
                        {"18446744073709551615", Type::fraction, "18446744073709551615"},
                        {"18446744073709551616", Type::fraction, "18446744073709551616"},
                        {"-9223372036854775809", Type::fraction, "-9223372036854775809"},
                        {"1.50", Type::fraction, "1.50"},
                        {"1e2", Type::fraction, "1e2"},
                        {"-0.0", Type::fraction, "-0.0"},
                        {"\"text\"", Type::string, "text"},
                        {"\"\"", Type::string, ""},
                        {"\"a\\n\\u20ac\\\"\"", Type::string, "a\n\xE2\x82\xAC\""},
                        {"[]", Type::array, ""},
                        {"{}", Type::object, ""}};
    for (const Row& row : rows) {
      CAPTURE(row.text);
      const Node node = good_json(" \n  " + std::string(row.text) + " \n");
      CHECK(node.type == row.type);
      CHECK(node.text == row.content);
      check_at(node.at, {2, 3});
    }
    CHECK(good_json("true").truth);
    CHECK(good_json("-9223372036854775808").integer == INT64_MIN);
    CHECK(good_json("9223372036854775807").integer == INT64_MAX);
  }

  TEST_CASE("every token of a document has its line and column") {
    const Node root = good_json(
        "{\n"
        "  \"a\": [1, true, null,\n"
        "    \"x\", -2.5e+3],\r\n"
        "\t\"b\" : { \"c\":{},\"d\"\n"
        ":\n"
        "  []}\n"
        "}");
    check_at(root.at, {1, 1});
    REQUIRE(root.members.size() == 2);
    const Node& a = root.members[0].value;
    const Node& b = root.members[1].value;
    check_at(root.members[0].at, {2, 3});
    check_at(a.at, {2, 8});
    const At items[] = {{2, 9}, {2, 12}, {2, 18}, {3, 5}, {3, 10}};
    REQUIRE(a.items.size() == std::size(items));
    for (std::size_t i = 0; i < std::size(items); ++i) check_at(a.items[i].at, items[i]);
    check_at(root.members[1].at, {4, 2});
    check_at(b.at, {4, 8});
    check_at(b.members[0].at, {4, 10});
    check_at(b.members[0].value.at, {4, 14});
    check_at(b.members[1].at, {4, 17});
    check_at(b.members[1].value.at, {6, 3});
  }

  TEST_CASE("comments are passed over, and move no place") {
    const Node root = good_json(
        "// first { \"x\": 1 }\n"
        "/* block\n \" */ { /* in */ \"a\" /**/ : // \"b\": 2,\n"
        "  /***/ 1, \"url\": \"http://x/*y*/\", \"q\\\"//\": 2 } // end");
    REQUIRE(root.members.size() == 3);
    check_at(root.at, {3, 7});
    check_at(root.members[0].at, {3, 18});
    check_at(root.members[0].value.at, {4, 9});
    check_at(root.members[1].at, {4, 12});
    CHECK(root.members[1].value.text == "http://x/*y*/");
    check_at(root.members[2].at, {4, 36});
    CHECK(root.members[2].key == "q\"//");
    check_at(root.members[2].value.at, {4, 45});
  }

  TEST_CASE("a column is a byte, so letters beyond ASCII count as many") {
    const Node root = good_json("{\"\xC3\xA9\": 1}");
    check_at(root.members[0].value.at, {1, 8});
  }

  TEST_CASE("what is no JSON is one problem at its place") {
    struct Row {
      std::string_view text;
      At at;
    };
    const Row rows[] = {
        {"", {1, 1}},         {"{", {1, 2}},          {"{]", {1, 2}},
        {"[1,]", {1, 4}},     {"{\"a\":1,}", {1, 8}}, {"{\"a\" 1}", {1, 6}},
        {"{a:1}", {1, 2}},    {"'a'", {1, 1}},        {"[1 2]", {1, 4}},
        {"{}\n{}", {2, 1}},   {"{}x", {1, 3}},        {"nul", {1, 4}},
        {"[01]", {1, 3}},     {"\"a\nb\"", {1, 3}},   {"[\n\n  tru]", {3, 6}},
        {"/* never", {1, 9}}, {"/", {1, 2}},          {"# no", {1, 1}},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      check_at(only_problem(row.text).at, row.at);
    }
  }

  TEST_CASE("text that is no UTF-8, or holds a raw control character, is a problem") {
    for (const std::string_view text :
         {std::string_view("\"\xff\""), std::string_view("\"\xC3\""),
          std::string_view("\"\\ud800\""), std::string_view("\"a\0b\"", 5),
          std::string_view("\"\t\""), std::string_view("\0", 1), std::string_view("{}\0", 3)}) {
      (void)only_problem(text);
    }
  }

  TEST_CASE("a key that stands twice is a problem at the second") {
    const Problem problem = only_problem("{\"a\": {\"k\": 1,\n \"l\": 2, \"k\": 3}}");
    check_at(problem.at, {2, 10});
    CHECK(problem.pointer == "/a");
    CHECK(problem.message == "the key \"k\" is twice in this object; remove one");
    check_at(only_problem("{\"a\":1,\"\\u0061\":1}").at, {1, 8});
    CHECK(good_json("{\"a\":{\"a\":{}},\"b\":{\"a\":1}}").members.size() == 2);
  }

  TEST_CASE("a pointer is escaped as RFC 6901 asks") {
    CHECK(only_problem("{\"a/b\": [0, {\"~\": {\"k\":1,\"k\":2}}]}").pointer == "/a~1b/1/~0");
  }

  TEST_CASE("a byte order mark is a problem") {
    const Problem problem = only_problem("\xEF\xBB\xBF{}");
    check_at(problem.at, {1, 1});
    CHECK(problem.message.find("byte order mark") != std::string::npos);
  }

  TEST_CASE("an escaped NUL is a problem in a value and in a key") {
    check_at(only_problem("{\"a\": \"x\\u0000y\"}").at, {1, 7});
    check_at(only_problem("{\"a\\u0000\": 1}").at, {1, 2});
  }

  TEST_CASE("nesting has an end") {
    CHECK(good_json(nested(kDeepestNesting)).type == Type::array);
    const Problem problem = only_problem(nested(kDeepestNesting + 1));
    check_at(problem.at, {1, kDeepestNesting + 1});
    (void)only_problem(std::string(1'000'000, '['));
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
    (void)only_problem(objects);
  }

  TEST_CASE("an object has a limit of keys") {
    std::string text;
    for (std::size_t i = 0; i < kMostMembers; ++i) {
      text += (text.empty() ? "\"" : ",\"") + std::to_string(i) + "\":0";
    }
    CHECK(good_json("{" + text + "}").members.size() == kMostMembers);
    CHECK(only_problem("{" + text + ",\"more\":0}").message.find("4096") != std::string::npos);
  }

  TEST_CASE("a number beyond all bounds is a problem, not infinity") {
    (void)only_problem("[1e400]");
    (void)only_problem("-1e999999999");
    const std::string digits(400, '9');
    (void)only_problem(digits);
  }

  TEST_CASE("a member is found by its key") {
    const Node root = good_json("{\"a\":1,\"b\":2}");
    REQUIRE(root.find("b") != nullptr);
    CHECK(root.find("b")->integer == 2);
    CHECK(root.find("c") == nullptr);
    CHECK(good_json("[]").find("a") == nullptr);
  }

  TEST_CASE("a problem is one line with file, place and pointer") {
    struct Row {
      Problem problem;
      const char* line;
    };
    const Row rows[] = {
        {{{3, 15}, "/steps/0", "why"}, "f.json:3:15: /steps/0: why"},
        {{{3, 15}, "", "why"}, "f.json:3:15: why"},
        {{{}, "/a", "why"}, "f.json: /a: why"},
        {{{1, 1}, "/a\nb", "why"}, "f.json:1:1: /a\\nb: why"},
    };
    for (const Row& row : rows) CHECK(format_problem(row.problem, "f.json") == row.line);
  }
}
