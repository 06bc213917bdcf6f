#include "config/environment.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace pintle::config;

namespace {

const Environ kContainer{"A=container a", "B=container b", "EMPTY=",    "PATH=/opt/bin",
                         "A=second a",    "X1=one",        "NO_EQUALS", "=odd"};
const Variables kNone;

Variable fixed(const char* name, const char* value) {
  return {.name = name, .value = value};
}
Variable with_default(const char* name, const char* value) {
  return {.name = name, .fallback = value};
}
Variable required(const char* name, const char* description) {
  return {.name = name, .description = description};
}

std::string joined(const std::vector<MissingVariable>& missing) {
  std::string names;
  for (const MissingVariable& one : missing) names += (names.empty() ? "" : " ") + one.name;
  return names;
}

struct Expanded {
  std::string text;
  std::string missing;
};

Expanded expanded(std::string_view text, const Scope& scope) {
  std::vector<MissingVariable> missing;
  auto result = expand(text, scope, missing);
  REQUIRE(result);
  return {*result, joined(missing)};
}

}  // namespace

TEST_SUITE("config/environment") {
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
        {"${UNSET:-$A}", "$A", ""},
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
    CHECK(expanded("$C", {container, kNone, own}).text == "$A");
  }

  TEST_CASE("braces that are not closed, or hold no name, are an error") {
    const Scope scope(kContainer, kNone, kNone);
    for (const char* text : {"${", "${A", "x ${A:-b", "${}", "${1}", "${A B}", "${A-b}", "${A:b}",
                             "${ A}", "${:-x}", "${A:}", "$$${", "${A:-${B}}", "ok ${A} then ${"}) {
      CAPTURE(text);
      std::vector<MissingVariable> missing;
      CHECK_FALSE(expand(text, scope, missing));
      CHECK_FALSE(check_expansion(text).empty());
    }
  }

  TEST_CASE("the names that a text needs are those without a default") {
    using Names = std::vector<std::string>;
    CHECK(names_in("$A ${B} ${C:-d} $$D $1 $A") == Names{"A", "B", "A"});
    CHECK(names_in("").empty());
    CHECK(names_in("$A ${") == Names{"A"});
  }

  TEST_CASE("a hook's entry wins over the top level's, and that over the container") {
    struct Row {
      const char* what;
      Variables top;
      Variables own;
      std::optional<std::string> value;
    };
    const Row rows[] = {
        {"undeclared", {}, {}, "container a"},
        {"a default has no say when the container has a value",
         {with_default("A", "d")},
         {},
         "container a"},
        {"a fixed value has", {fixed("A", "f")}, {}, "f"},
        {"the hook's wins", {fixed("A", "f")}, {fixed("A", "own")}, "own"},
        {"the hook's wins though it only declares",
         {fixed("A", "f")},
         {required("A", "")},
         "container a"},
        {"required", {required("A", "")}, {}, "container a"},
        {"an empty fixed value is a value", {fixed("A", "")}, {}, ""},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      CHECK(Scope(kContainer, row.top, row.own).value("A") == row.value);
    }
  }

  TEST_CASE("empty counts as unset unless allowEmpty says otherwise") {
    Variable allowed = with_default("EMPTY", "d");
    allowed.allow_empty = true;
    struct Row {
      Variables top;
      std::optional<std::string> value;
    };
    const Row rows[] = {{{}, std::nullopt},
                        {{required("EMPTY", "")}, std::nullopt},
                        {{with_default("EMPTY", "d")}, "d"},
                        {{allowed}, ""}};
    for (const Row& row : rows) {
      CHECK(Scope(kContainer, row.top, kNone).value("EMPTY") == row.value);
    }
  }

  TEST_CASE("a condition asks for a value that is not empty, or may be") {
    Variables top{with_default("D", ""), fixed("F", ""), fixed("G", "x")};
    const Scope strict(kContainer, top, kNone);
    for (const char* name : {"D", "F", "EMPTY", "NONE"}) CHECK_FALSE(strict.is_given(name));
    for (const char* name : {"A", "G"}) CHECK(strict.is_given(name));
    top.front().allow_empty = true;
    const Variables own{with_default("D", "")};
    CHECK(Scope(kContainer, top, kNone).is_given("D"));
    CHECK_FALSE(Scope(kContainer, top, own).is_given("D"));
  }

  TEST_CASE("a variable that is not exported is in no environment, wherever its value is from") {
    const auto kept = [](Variable variable) {
      variable.exported = false;
      return variable;
    };
    const Variables top{kept(required("A", "")), kept(fixed("F", "1")),
                        kept(with_default("D", "2"))};
    const Scope scope(kContainer, top, kNone);
    for (const bool inherits : {false, true}) {
      const Environ child = scope.child(inherits);
      for (const char* name : {"A", "F", "D"}) CHECK_FALSE(get(child, name));
      CHECK(get(child, "B").has_value() == inherits);
    }
    CHECK(scope.value("A") == "container a");
    const Variables own{required("A", "")};
    CHECK(get(Scope(kContainer, top, own).child(false), "A") == "container a");
  }

  TEST_CASE("NOW is the time in RFC 3339, unless it is declared") {
    const auto now = Scope({"NOW=container"}, kNone, kNone).value("NOW");
    REQUIRE(now);
    REQUIRE(now->size() == 20);
    CHECK((*now)[10] == 'T');
    CHECK(now->back() == 'Z');
    CHECK(now->starts_with("20"));
    const Variables own{fixed("NOW", "declared")};
    CHECK(Scope(kContainer, kNone, own).value("NOW") == "declared");
  }

  TEST_CASE("every declared variable without a value is missing, with its description") {
    const Variables top{required("U1", "first"), required("A", "has one"), required("U2", "top's"),
                        required("U3", "fixed below"), with_default("U4", "")};
    const Variables own{required("U2", "the hook's"), fixed("U3", "x"), required("EMPTY", "")};
    const auto missing = Scope(kContainer, top, own).missing();
    REQUIRE(joined(missing) == "U1 U2 EMPTY");
    CHECK(missing[0].description == "first");
    CHECK(missing[1].description == "the hook's");
    CHECK(Scope(kContainer, kNone, kNone).missing().empty());
  }

  TEST_CASE("a child that inherits nothing has what is declared, and PATH") {
    const Variables top{fixed("T", "top"), with_default("B", "d"), required("UNSET", "")};
    const Variables own{fixed("O", "own"), fixed("T", "mine")};
    const Environ child = Scope(kContainer, top, own).child(false);
    CHECK(child == Environ{"PATH=/opt/bin", "B=container b", "O=own", "T=mine"});
    CHECK(Scope({}, kNone, kNone).child(false) == Environ{"PATH=" + std::string(kStandardPath)});
    CHECK(Scope({}, kNone, {fixed("PATH", "/p")}).child(false) == Environ{"PATH=/p"});
  }

  TEST_CASE("a child that inherits has the container's variables, and the declared ones") {
    const Variables top{with_default("EMPTY", "d"), with_default("NEW", "n"), fixed("A", "f")};
    const Environ child = Scope(kContainer, top, kNone).child(true);
    CHECK(get(child, "EMPTY") == "d");
    CHECK(get(child, "NEW") == "n");
    CHECK(get(child, "A") == "f");
    CHECK(get(child, "B") == "container b");
    CHECK(get(child, "PATH") == "/opt/bin");
    CHECK(Scope({"A=1"}, kNone, kNone).child(true) ==
          Environ{"A=1", "PATH=" + std::string(kStandardPath)});
  }

  TEST_CASE("names are compared whole; the first entry counts, and all of them are replaced") {
    Environ environ{"AB=1", "A=2", "A=3", "A"};
    CHECK(get(environ, "A") == "2");
    CHECK(get(environ, "AB") == "1");
    CHECK_FALSE(get(environ, "B"));
    set(environ, "A", "4=5");
    CHECK(environ == Environ{"AB=1", "A", "A=4=5"});
    CHECK(get(environ, "A") == "4=5");
    unset(environ, "A");
    CHECK(environ == Environ{"AB=1", "A"});
    unset(environ, "nobody");
    CHECK(environ.size() == 2);
  }
}
