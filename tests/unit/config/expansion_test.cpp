#include "variables.hpp"

TEST_SUITE("config/expansion") {
  TEST_CASE("expansion is exact: the longest name, braces, defaults, and a doubled dollar") {
    const Scope scope(kContainer, kNone, kNone);
    struct Row {
      const char* text;
      const char* result;
      const char* missing;
    };
    const Row rows[] = {
        {"", "", ""},
        {"plain", "plain", ""},
        {"$A", "container a", ""},
        {"${A}", "container a", ""},
        {"x$A.y", "xcontainer a.y", ""},
        {"$A$B", "container acontainer b", ""},
        {"$Ab", "", "Ab"},
        {"${A}b", "container ab", ""},
        {"$X1", "one", ""},
        {"$A-$B", "container a-container b", ""},
        {"$$", "$", ""},
        {"$$A", "$A", ""},
        {"$$$A", "$container a", ""},
        {"$$$$", "$$", ""},
        {"$${A}", "${A}", ""},
        {"$", "$", ""},
        {"a$", "a$", ""},
        {"$1", "$1", ""},
        {"$ A", "$ A", ""},
        {"$-", "$-", ""},
        {"{A}", "{A}", ""},
        {"A:-b", "A:-b", ""},
        {"$A:-b", "container a:-b", ""},
        {"${UNSET:-d}", "d", ""},
        {"${UNSET:-}", "", ""},
        {"${A:-d}", "container a", ""},
        {"${EMPTY:-d}", "d", ""},
        {"$EMPTY", "", "EMPTY"},
        {"${UNSET:-$A}", "container a", ""},
        {"${UNSET:-$$A}", "$A", ""},
        {"${UNSET:-${A}}", "container a", ""},
        {"${UNSET:-${U1:-x${A}y}}z", "xcontainer ayz", ""},
        {"${UNSET:-$U1}", "", "U1"},
        {"${A:-$U1}", "container a", ""},
        {"${A:+yes}", "yes", ""},
        {"${A:+--a=$A}", "--a=container a", ""},
        {"${UNSET:+yes$U1}", "", ""},
        {"${EMPTY:+yes}", "", ""},
        {"${A:?needed}", "container a", ""},
        {"${UNSET:?}", "", "UNSET"},
        {"${A@sh}", "'container a'", ""},
        {"${UNSET@sh}", "", "UNSET"},
        {"${UNSET:-a:-b}", "a:-b", ""},
        {"${UNSET:-a b}c", "a bc", ""},
        {"${UNSET:-a}b}", "ab}", ""},
        {"$UNSET", "", "UNSET"},
        {"$U1 $U2 $U1", "  ", "U1 U2 U1"},
        {"$_", "", "_"},
        {"$NO_EQUALS", "", "NO_EQUALS"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      const Expanded got = expanded(row.text, scope);
      CHECK(got.text == row.result);
      CHECK(got.missing == row.missing);
      CHECK(check_expansion(row.text).empty());
    }
  }

  TEST_CASE("a value is never expanded again, nor split") {
    const Environ container{"A=$B ${B} $$ \"x\"", "B=no"};
    CHECK(expanded("$A", {container, kNone, kNone}).text == "$B ${B} $$ \"x\"");
    const Variables own{fixed("C", "$A")};
    CHECK(expanded("$C", {container, kNone, own}).text == "$B ${B} $$ \"x\"");
  }

  TEST_CASE("a value that is missing is told with the words that say what it is for") {
    std::vector<MissingVariable> missing;
    (void)expand("${U1:?say who: $A}", {kContainer, kNone, kNone}, missing);
    REQUIRE(missing.size() == 1);
    CHECK(missing[0].description == "say who: container a");
  }

  TEST_CASE("a format quotes a value as jq does") {
    struct Row {
      const char* value;
      const char* text;
      const char* result;
    };
    const Row rows[] = {
        {"a \"b\"\n", "${V@json}", "\"a \\\"b\\\"\\n\""},
        {"it's", "${V@sh}", "'it'\\''s'"},
        {"it's", "${V@sql}", "'it''s'"},
        {"a b/c?\xc3\xa4-._~", "${V@uri}", "a%20b%2Fc%3F%C3%A4-._~"},
        {"a", "${V@base64}", "YQ=="},
        {"ab", "${V@base64}", "YWI="},
        {"abc", "${V@base64}", "YWJj"},
        {"\xff\xfe\xfd\xfc", "${V@base64}", "//79/A=="},
        {"x", "<${V@json}>", "<\"x\">"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      CHECK(expanded(row.text, {{"V=" + std::string(row.value)}, kNone, kNone}).text == row.result);
    }
  }

  TEST_CASE("braces that are not closed, or hold no name, are an error") {
    const Scope scope(kContainer, kNone, kNone);
    for (const char* text : {"${", "${A", "x ${A:-b", "${}", "${1}", "${A B}", "${A-b}", "${A:b}",
                             "${ A}", "${:-x}", "${A:}", "$$${", "${A:-${B}", "${A:-${1}}",
                             "${A:=x}", "${A@csv}", "${A@}", "${A@sh:-x}", "ok ${A} then ${"}) {
      CAPTURE(text);
      std::vector<MissingVariable> missing;
      CHECK_FALSE(expand(text, scope, missing));
      CHECK_FALSE(check_expansion(text).empty());
    }
  }

  TEST_CASE("the names that a text needs are those without a default") {
    using Names = std::vector<std::string>;
    CHECK(names_in("$A ${B} ${C:-d} $$D $1 $A") == Names{"A", "B", "A"});
    CHECK(names_in("${A:-$B} ${C:+$D} ${E:?$F} ${G@sh}") == Names{"B", "D", "E", "F", "G"});
    CHECK(names_in("").empty());
    CHECK(names_in("$A ${") == Names{"A"});
  }
}
