#include <doctest/doctest.h>

#include "init/actions.hpp"
#include "init/launcher.hpp"
#include "world.hpp"

using namespace world;

namespace {

std::vector<std::string> refused(std::string_view config, config::Environ environment = {}) {
  const config::Model model = model_of(config);
  Surroundings around{.environment = std::move(environment)};
  around.self = {.uid = 1000, .gid = 1000};
  const Launcher launcher(model, around);
  CHECK((launcher.refusal().code == ExitCode::config) == !launcher.refusal().reasons.empty());
  return launcher.refusal().reasons;
}

using Reasons = std::vector<std::string>;

}  // namespace

TEST_SUITE("init/launcher_empty") {
  TEST_CASE("no text that variables left empty is a path, a digest or anything else") {
    CHECK(refused(R"({"steps": [
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
    CHECK(refused(R"({"steps": [{"id": "s", "directory": "${D:-/d}"}]})").empty());
  }

  TEST_CASE("neither is one of any other key that names something") {
    CHECK(refused(R"({
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
        refused(R"({"workingDirectory": "${E:-}", "main": {"command": "/bin/x"}})") ==
        Reasons{
            R"(main: "workingDirectory" is empty: "${E:-}" stands for nothing; give it a value)"});
  }

  TEST_CASE("what a condition rules out need not have its texts") {
    const std::string_view config = R"({"steps": [
        {"id": "s", "condition": {"all": [{"environment": "D"}, {"directoryExists": "${D:-}"}]},
         "remove": {"path": "${D:-}/${F:-}", "recursive": true}, "workingDirectory": "${D:-}"}]})";
    CHECK(refused(config).empty());
    CHECK(refused(config, {"D=/d"}).empty());
  }

  TEST_CASE("a use whose text is empty does nothing, whoever asks") {
    const config::Environ environ;
    const config::Variables none;
    const config::Scope scope(environ, none, none);
    config::Builtin use{&hooks::kDirectory.spec, {}};
    use.params.set("path", std::string());
    const auto done = perform(use, {sys::Accounts{}, scope});
    REQUIRE_FALSE(done);
    CHECK(done.error().message() == "cannot perform 'directory': its \"path\" is empty");
    CHECK_FALSE(is_done(use, {sys::Accounts{}, scope}));
  }
}
