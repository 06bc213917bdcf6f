#include <doctest/doctest.h>

#include "actions/action.hpp"
#include "config/parse.hpp"
#include "init/preflight.hpp"
#include "world.hpp"

using namespace world;

namespace {

std::vector<std::string> refused_text(std::string_view config, config::Environ environment = {}) {
  const config::Model model = model_of(config);
  Surroundings around{.environment = std::move(environment)};
  around.self = {.uid = 1000, .gid = 1000};
  const Preflight preflight(model, around);
  CHECK((preflight.refusal().code == ExitCode::config) == !preflight.refusal().reasons.empty());
  return preflight.refusal().reasons;
}

using Reasons = std::vector<std::string>;

}  // namespace

TEST_SUITE("init/wrong_texts") {
  TEST_CASE("no text that variables left empty is a path, a digest or anything else") {
    CHECK(refused_text(R"({"steps": [
        {"id": "own", "permissions": {"path": "${D:-}", "mode": "0640", "recursive": true}},
        {"id": "tidy", "prune": {"path": "$D", "keepLast": 1}},
        {"id": "made", "directory": "${D:-}"},
        {"id": "sum", "check": {"path": "/x", "sha256": "${SUM:-}"}},
        {"id": "all", "check": {"path": "/x", "prohibit": ["a", "$D"]}}],
      "environment": {"D": {"defaultValue": ""}}})") ==
          Reasons{R"(step own: "path" is empty: "${D:-}" stands for nothing; give it a value)",
                  R"(step tidy: "path" is empty: "$D" stands for nothing; give it a value)",
                  R"(step made: "path" is empty: "${D:-}" stands for nothing; give it a value)",
                  R"(step sum: "sha256" is empty: "${SUM:-}" stands for nothing; give it a value)",
                  R"(step all: "prohibit" is empty: "$D" stands for nothing; give it a value)"});
    CHECK(refused_text(R"({"steps": [{"id": "s", "directory": "${D:-/d}"}]})").empty());
  }

  TEST_CASE("neither is one of any other key that names something") {
    CHECK(refused_text(R"({
      "steps": [{"id": "a", "command": "/bin/x", "arguments": ["${E:-}"], "workingDirectory": "${E:-}"},
                {"id": "b", "command": "/bin/x", "output": {"file": "${E:-}"}},
                {"id": "c", "command": "${E:-}", "arguments": []},
                {"id": "d", "command": "/bin/x", "condition": {"not": {"fileExists": "${E:-}"}},
                 "onFailure": {"action": "fallback", "source": "${E:-}"}}],
      "health": [{"id": "u", "unix": "${E:-}"}, {"id": "f", "fileExists": "${E:-}"},
                 {"id": "p", "process": "${E:-}"}],
      "main": {"command": "/bin/x", "workingDirectory": "${E:-}"}})")
              .size() == 9);
    CHECK(
        refused_text(R"({"workingDirectory": "${E:-}", "main": {"command": "/bin/x"}})") ==
        Reasons{
            R"(main: "workingDirectory" is empty: "${E:-}" stands for nothing; give it a value)"});
  }

  TEST_CASE("no path is blank, and none that means a file ends in a slash") {
    const config::Environ blank{"D= "};
    const std::string_view config = R"({"workingDirectory": "$D",
      "steps": [{"id": "a", "directory": "$D"}, {"id": "b", "link": {"path": "/l", "target": "$D"}},
                {"id": "c", "command": "$D", "output": {"file": "$D"},
                 "condition": {"any": [{"fileExists": "$D"}, {"directoryExists": "$D"}]}}],
      "health": [{"id": "h", "fileExists": "$D"}]})";
    CHECK(refused_text(config, blank).size() == 11);  // and the directory of each
    CHECK(refused_text(R"({"steps": [{"id": "d", "directory": "$D"}]})", blank) ==
          Reasons{R"(step d: "path": "$D" stands for " ": there are only blanks in it)"});
    const auto reasons = refused_text(R"({"steps": [
        {"id": "a", "command": "/bin/${E:-}", "output": {"file": "/tmp/${E:-}"}},
        {"id": "b", "file": {"path": "/etc/${E:-}", "copy": "/etc/${E:-}"}},
        {"id": "c", "file": {"path": "/etc/x", "template": "/etc/${E:-}"}},
        {"id": "d", "certificates": {"source": "/etc/${E:-}", "bundle": "/etc/${E:-}"}},
        {"id": "e", "rotate": {"path": "/log/${E:-}", "keep": 1, "largerThan": "1B"}},
        {"id": "f", "wait": {"unix": "/run/${E:-}"}}, {"id": "g", "directory": "/run/${E:-}"},
        {"id": "i", "prune": {"path": "/${E:-}", "keepLast": 1}}],
      "main": {"command": "/bin/${E:-}", "arguments": []}})");
    CHECK(reasons.size() == 10);
    CHECK(
        reasons.front() ==
        R"(step a: "command": "/bin/${E:-}" stands for "/bin/": it names no file; write the name )"
        R"(after the last "/")");
  }

  TEST_CASE("a line of which the shell makes nothing is no command") {
    const std::string_view config = R"({"steps": [{"id": "a", "command": "${D:- } $E"}]})";
    CHECK(refused_text(config, {"D=/bin/true"}) ==
          Reasons{
              R"(step a: "command": the shell expands "${D:- } $E" to nothing but blanks; declare )"
              "the variable, or give it a value"});
    CHECK(refused_text(R"({"environment": {"E": "x"},
                      "steps": [{"id": "a", "command": "${D:- } $E"}]})")
              .empty());
    CHECK(refused_text(R"({"main": {"command": "${D:- }"}})").size() == 1);
    CHECK(refused_text(R"({"main": {"command": "${D:- }"}})", {"D=/bin/true"}).empty());
    CHECK(refused_text(R"({"main": {"command": "$(cat /x)  $E"}})").empty());
  }

  TEST_CASE("a text is judged as what its variables make of it") {
    const std::string_view config = R"({"steps": [{"id": "w", "wait": {"tcp": "$ADDRESS"}}]})";
    CHECK(refused_text(config, {"ADDRESS=db:1"}).empty());
    Reasons reasons = refused_text(config, {"ADDRESS=db"});
    REQUIRE(reasons.size() == 1);
    CHECK(reasons[0].starts_with(R"(step w: "tcp": "$ADDRESS" stands for "db": )"));
    reasons = refused_text(R"({"health": [{"id": "h", "http": {"url": "http://${H}/",
                          "headers": {"X-A": "$V"}}}]})",
                           {"H=example.org", "V=a\nb"});
    REQUIRE(reasons.size() == 1);
    CHECK(refused_text(R"({"steps": [{"id": "p", "permissions": {"path": "/${E:-}", "mode": "0600",
                                                            "recursive": true}}]})") ==
          Reasons{R"(step p: "permissions": it is the root directory; name a directory below it)"});
    CHECK(reasons[0].starts_with(R"(check h: "X-A": "$V" stands for "a\nb": )"));
  }

  TEST_CASE("a pattern is judged as what its variables make of it, if they have values") {
    const auto problem_of = [](const std::string& pattern) {
      config::Problems problems;
      (void)config::parse(R"({"environment": {"D": {"defaultValue": "[a"}}, "steps": [{"id": "c",
                              "check": {"path": "/x", "prohibit": ["fine", ")" +
                              pattern + R"("]}}]})",
                          {actions::specs()}, problems);
      return problems.empty() ? "" : problems[0].pointer + ": " + problems[0].message;
    };
    CHECK(problem_of("a(").starts_with("/steps/0/check/prohibit/1: it is not an extended regular"));
    for (const std::string fine : {"rm -rf /$", "a($B", "${B:-[a-z]+}", "${B:-}", "$D]"}) {
      CAPTURE(fine);
      CHECK(problem_of(fine) == "");
    }
    CHECK(problem_of("${B:-a(}").find(R"("${B:-a(}" stands for "a(": it is no)") !=
          std::string::npos);
    CHECK(problem_of("${D}b").find(R"("${D}b" stands for "[ab": it is no)") != std::string::npos);
  }

  TEST_CASE("what a condition rules out need not have its texts") {
    const std::string_view config = R"({"steps": [
        {"id": "s", "condition": {"all": [{"environment": "D"}, {"directoryExists": "${D:-}"}]},
         "remove": {"path": "${D:-}/${F:-f}", "recursive": true}, "workingDirectory": "${D:-}"}]})";
    CHECK(refused_text(config).empty());
    CHECK(refused_text(config, {"D=/d"}).empty());
  }
}
