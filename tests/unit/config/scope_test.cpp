#include "config/circles.hpp"
#include "variables.hpp"

TEST_SUITE("config/scope") {
  TEST_CASE(
      "the text of an entry is expanded where it stands, and its own name means the outer one") {
    const Environ container{"A=container", "HOST=db"};
    const Variables top{fixed("A", "top $A"), fixed("URL", "pg://$HOST/${NAME:-none}"),
                        with_default("USER_OF", "$HOST-user"), fixed("B", "$A!")};
    const Variables own{fixed("A", "own $A"), fixed("NAME", "mine"), fixed("HOST", "own")};
    const Scope scope(container, top, own);
    CHECK(scope.value("A") == "own top container");
    CHECK(scope.value("B") == "top container!");
    CHECK(scope.value("URL") == "pg://db/none");
    CHECK(scope.value("USER_OF") == "db-user");
    CHECK(get(scope.child(false), "URL") == "pg://db/none");
  }

  TEST_CASE("what the text of a value needs is missing, and not the value that needs it") {
    const Variables top{fixed("URL", "pg://$U1"), with_default("D", "${U2:?two}"), fixed("F", "x")};
    CHECK(joined(Scope(kContainer, top, kNone).missing()) == "U1 U2");
    CHECK(expanded("$URL", {kContainer, top, kNone}).missing == "U1");
  }

  TEST_CASE("an optional variable expands to nothing and is not given") {
    Variable optional = required("U1", "");
    optional.is_optional = true;
    const Variables top{optional};
    const Scope scope(kContainer, top, kNone);
    CHECK(expanded("<$U1>", scope).text == "<>");
    CHECK(expanded("<$U1>", scope).missing == "");
    CHECK(scope.missing().empty());
    CHECK_FALSE(scope.is_given("U1"));
    CHECK_FALSE(get(scope.child(true), "U1"));
  }

  TEST_CASE("a value, or the file that another variable names, but not both") {
    Variable variable = with_default("PW", "default");
    variable.file_variable = "PW_FILE";
    const Variables top{variable};
    const Sources files{.files = {{"/run/pw", "from file"}}};
    const auto value = [&](const Environ& container) {
      return Scope(container, top, kNone, &files).value("PW");
    };
    CHECK(value({}) == "default");
    CHECK(value({"PW=set"}) == "set");
    CHECK(value({"PW_FILE=/run/pw"}) == "from file");
    CHECK(value({"PW_FILE="}) == "default");
    const Environ both{"PW=set", "PW_FILE=/run/pw"};
    const Scope scope(both, top, kNone, &files);
    REQUIRE(scope.problems().size() == 1);
    CHECK(scope.problems()[0] == "the variables PW and PW_FILE are both set; keep one");
    const Environ by_file{"PW_FILE=/run/pw"};
    const Environ child = Scope(by_file, top, kNone, &files).child(true);
    CHECK(get(child, "PW") == "from file");
    CHECK_FALSE(get(child, "PW_FILE"));
    CHECK(Scope(by_file, top, kNone, &files).secrets() == std::vector<std::string>{"from file"});
  }

  TEST_CASE("a variable that names a file reaches no child, whoever has the name of the value") {
    Variable variable = required("PW", "");
    variable.file_variable = "PW_FILE";
    const Variables top{variable};
    const Variables own{fixed("PW", "$PW")};
    const Sources files{.files = {{"/run/pw", "from file"}}};
    const Environ container{"PW_FILE=/run/pw"};
    const Environ child = Scope(container, top, own, &files).child(true);
    CHECK(get(child, "PW") == "from file");
    CHECK_FALSE(get(child, "PW_FILE"));
  }

  TEST_CASE("what is made of a secret is one, but for what a line shows of the rest") {
    const Environ container{"DB_PASSWORD=hunter22"};
    const Variables top{fixed("URL", "pg://me:${DB_PASSWORD@uri}@db"), fixed("PLAIN", "$HOST")};
    const Scope scope(container, top, kNone);
    CHECK(scope.is_secret("URL"));
    CHECK_FALSE(scope.is_secret("PLAIN"));
    CHECK(contains_all(scope.secrets(), {"hunter22", "pg://me:hunter22@db"}));
    CHECK(*scope.masked().value("DB_PASSWORD") == "***");
    CHECK(scope.masked().value("URL")->find("hunter22") == std::string::npos);
  }

  TEST_CASE("values that need each other are a circle, in the order in which they do") {
    struct Row {
      Variables top;
      Variables own;
      const char* wrong;
    };
    Variable file = required("F", "");
    file.file = "/run/$G";
    const Row rows[] = {
        {{fixed("A", "$B"), fixed("B", "${C:-x}"), fixed("C", "y")}, {}, ""},
        {{fixed("A", "x $A")}, {fixed("A", "$A y")}, ""},
        {{fixed("A", "$B"), fixed("B", "$A")}, {}, "the variables need each other: A → B → A"},
        {{fixed("A", "$B"), with_default("B", "${X:-${A}}")},
         {},
         "the variables need each other: A → B → A"},
        {{file, with_default("G", "$F")}, {}, "the variables need each other: F → G → F"},
        {{fixed("A", "$B")}, {fixed("B", "$A")}, ""},
        {{}, {fixed("B", "$A"), fixed("A", "$B")}, "the variables need each other: B → A → B"},
    };
    for (const Row& row : rows) CHECK(check_circles(row.top, row.own) == row.wrong);
  }

  TEST_CASE("a value that would be made of too many texts is refused before anything is expanded") {
    Variables top;
    for (int i = 0; i < 40; ++i) {
      const std::string next = "$V" + std::to_string(i + 1);
      top.push_back(fixed("V" + std::to_string(i), next + next));
    }
    CHECK(check_circles(top, kNone).find("contain each other more than 5000 times") !=
          std::string::npos);
    Variables deep;
    for (int i = 0; i < 80; ++i) {
      deep.push_back(fixed("V" + std::to_string(i), "$V" + std::to_string(i + 1)));
    }
    CHECK(check_circles(deep, kNone).find("are nested more than") != std::string::npos);
    std::reverse(deep.begin(), deep.end());
    CHECK(check_circles(deep, kNone).find("are nested more than") != std::string::npos);
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
