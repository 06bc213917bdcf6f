#include "config/parse.hpp"

#include <doctest/doctest.h>

#include <csignal>

#include "reading.hpp"

using namespace pintle;
using namespace pintle::config;
using reading::good;
using reading::Lines;
using reading::problem_of;
using reading::problems_of;

namespace {

constexpr const char* kWhole = R"({
  "user": "app:app", "workingDirectory": "/srv", "imageMode": "Prebuilt", "parallelism": 3,
  "environment": {
    "FIXED": "v", "NUMBER": 8080, "FRACTION": 1.50, "TRUE": true, "FALSE": false,
    "REQUIRED": {"description": "needed"},
    "DEFAULT": {"defaultValue": 5, "allowEmpty": true},
    "VALUE": {"value": false}
  },
  "steps": [
    {"id": "dir", "directory": {"path": "/data/$X", "mode": "0750", "owner": "app:app"},
     "user": "root", "timeout": "30s", "umask": "027"},
    {"id": "run", "command": "tool", "arguments": ["-a", "$X", ""], "precedents": ["dir"],
     "workingDirectory": "/w", "useSystemEnvironment": true, "environment": {"A": "b"}},
    {"id": "free", "command": "/bin/x", "precedents": []}
  ],
  "main": {"command": "python3", "arguments": ["app.py"], "user": "app", "workingDirectory": "/m",
           "environment": {"M": "1"}, "useSystemEnvironment": false, "umask": "0022",
           "signals": {"SIGTERM": "SIGINT", "HUP": "10"}},
  "health": [
    {"id": "live", "kind": "Liveness", "http": {"url": "http://127.0.0.1:80/livez"},
     "interval": "5s", "timeout": "2s", "failureThreshold": 4, "successThreshold": 2,
     "startPeriod": "0", "startInterval": "500ms"},
    {"id": "port", "tcp": "127.0.0.1:5432"},
    {"id": "object", "kind": "startup", "tcp": {"address": "[::1]:1"}},
    {"id": "told", "command": "/check", "arguments": []}
  ],
  "maintenance": [{"id": "prune", "schedule": {"every": "6h"}, "command": "/prune"}],
  "shutdown": {"gracePeriod": "20s", "totalGracePeriod": "25s", "signals": ["SIGQUIT", "2"]},
  "confinement": {"capabilities": ["NET_BIND_SERVICE"], "noNewPrivileges": false},
  "init": {"user": "main"},
  "logging": {"level": "WARN", "format": "json"}
})";

}  // namespace

TEST_SUITE("config/parse") {
  TEST_CASE("every key of the top level is read") {
    const Model model = good(kWhole);
    CHECK(model.user == "app:app");
    CHECK(model.working_directory == "/srv");
    CHECK(model.image_mode == ImageMode::prebuilt);
    CHECK(model.parallelism == 3);
    CHECK(model.init_as_main);
    CHECK(model.shutdown.grace_period == 20s);
    CHECK(model.shutdown.total_grace_period == 25s);
    CHECK(model.shutdown.signals == std::vector<int>{SIGQUIT, SIGINT});
    REQUIRE(model.confinement.capabilities);
    CHECK(*model.confinement.capabilities == std::vector<std::string>{"NET_BIND_SERVICE"});
    CHECK_FALSE(model.confinement.no_new_privileges);
    CHECK(model.logging.level == log::Level::warning);
    CHECK(model.logging.format == log::Format::json);
    CHECK(model.hooks.size() == 8);
  }

  TEST_CASE("every form of a variable is read") {
    const Variables environment = good(kWhole).environment;
    struct Row {
      const char* name;
      std::optional<std::string> value;
      std::optional<std::string> fallback;
    };
    const Row rows[] = {{"FIXED", "v", {}},   {"NUMBER", "8080", {}}, {"FRACTION", "1.50", {}},
                        {"TRUE", "true", {}}, {"FALSE", "false", {}}, {"REQUIRED", {}, {}},
                        {"DEFAULT", {}, "5"}, {"VALUE", "false", {}}};
    REQUIRE(environment.size() == std::size(rows));
    for (std::size_t i = 0; i < std::size(rows); ++i) {
      CHECK(environment[i].name == rows[i].name);
      CHECK(environment[i].value == rows[i].value);
      CHECK(environment[i].fallback == rows[i].fallback);
    }
    CHECK(environment[5].description == "needed");
    CHECK(environment[6].allow_empty);
    CHECK(environment[5].at.line == 5);
    CHECK(environment[5].at.column == 5);
  }

  TEST_CASE("every key of a step is read") {
    const Model model = good(kWhole);
    const Hook& dir = model.hooks[0];
    CHECK(dir.kind() == Kind::step);
    CHECK(dir.id == "dir");
    CHECK(dir.pointer == "/steps/0");
    CHECK(dir.at.line == 10);
    CHECK(dir.timeout == 30s);
    CHECK(dir.identity.user == "root");
    CHECK(dir.identity.umask == 027);
    CHECK_FALSE(dir.as<StepPolicy>().precedents);
    const auto& directory = reading::params_of<reading::specs::DirectoryParams>(dir);
    CHECK(directory.path == "/data/$X");
    CHECK(directory.mode == 0750);
    CHECK(directory.owner == "app:app");
    const Hook& run = model.hooks[1];
    const auto& command = std::get<Command>(run.action);
    CHECK(command.program == "tool");
    REQUIRE(command.arguments.size() == 3);
    CHECK(command.arguments[1].text == "$X");
    CHECK_FALSE(command.shell_form);
    const Precedents& before = run.as<StepPolicy>().precedents;
    REQUIRE(before);
    REQUIRE(before->size() == 1);
    CHECK((*before)[0].id == "dir");
    CHECK((*before)[0].pointer == "/steps/1/precedents/0");
    CHECK(run.identity.working_directory == "/w");
    CHECK(run.identity.use_system_environment);
    CHECK(run.identity.environment.at(0).value == "b");
    REQUIRE(model.hooks[2].as<StepPolicy>().precedents);
    CHECK(model.hooks[2].as<StepPolicy>().precedents->empty());
    CHECK_FALSE(model.hooks[2].identity.use_system_environment);
  }

  TEST_CASE("every key of a check and of a job is read") {
    const Model model = good(kWhole);
    const Hook& live = model.hooks[3];
    CHECK(live.kind() == Kind::check);
    CHECK(live.as<CheckPolicy>().question == Question::liveness);
    CHECK(live.as<CheckPolicy>().interval == 5s);
    CHECK(live.timeout == 2s);
    CHECK(live.as<CheckPolicy>().failure_threshold == 4);
    CHECK(live.as<CheckPolicy>().success_threshold == 2);
    CHECK(live.as<CheckPolicy>().start_period == 0s);
    CHECK(live.as<CheckPolicy>().start_interval == 500ms);
    CHECK(reading::params_of<reading::specs::ProbeParams>(live).target ==
          "http://127.0.0.1:80/livez");
    CHECK(reading::params_of<reading::specs::ProbeParams>(model.hooks[4]).target ==
          "127.0.0.1:5432");
    CHECK(model.hooks[4].as<CheckPolicy>().question == Question::readiness);
    CHECK_FALSE(model.hooks[4].as<CheckPolicy>().start_period);
    CHECK(reading::params_of<reading::specs::ProbeParams>(model.hooks[5]).target == "[::1]:1");
    CHECK(model.hooks[5].as<CheckPolicy>().question == Question::startup);
    CHECK(std::get<Command>(model.hooks[6].action).program == "/check");
    CHECK(model.hooks[7].kind() == Kind::job);
    CHECK(model.hooks[7].as<JobPolicy>().schedule.every == 6h);
    CHECK(model.hooks[7].pointer == "/maintenance/0");
  }

  TEST_CASE("every key of main is read") {
    const Main main = good(kWhole).main;
    REQUIRE(main.command);
    CHECK(main.command->program == "python3");
    REQUIRE(main.command->arguments.size() == 1);
    CHECK(main.command->arguments[0].text == "app.py");
    CHECK(main.identity.user == "app");
    CHECK(main.identity.working_directory == "/m");
    CHECK(main.identity.environment.at(0).name == "M");
    CHECK_FALSE(main.identity.use_system_environment);
    CHECK(main.identity.umask == 022);
    CHECK(main.signals == std::map<int, int>{{SIGTERM, SIGINT}, {SIGHUP, SIGUSR1}});
  }

  TEST_CASE("an empty config has the documented defaults") {
    const Model model = good("{}");
    CHECK(model.hooks.empty());
    CHECK_FALSE(model.main.command);
    CHECK(model.main.identity.use_system_environment);
    CHECK_FALSE(model.image_mode);
    CHECK_FALSE(model.parallelism);
    CHECK_FALSE(model.init_as_main);
    CHECK(model.shutdown.grace_period == 8s);
    CHECK(model.shutdown.total_grace_period == 9s);
    CHECK(model.shutdown.signals == std::vector<int>{SIGTERM, SIGINT});
    CHECK(model.confinement.no_new_privileges);
    CHECK(model.logging.level == log::Level::info);
  }

  TEST_CASE("the total grace follows a longer grace unless both are written") {
    CHECK(good(R"({"shutdown":{"gracePeriod":"25s"}})").shutdown.total_grace_period == 26s);
    CHECK(good(R"({"shutdown":{"gracePeriod":"2s"}})").shutdown.total_grace_period == 9s);
    CHECK(good(R"({"shutdown":{"gracePeriod":"0"}})").shutdown.grace_period == 0s);
    CHECK(good(R"({"shutdown":{"totalGracePeriod":"3s"}})").shutdown.grace_period == 3s);
    CHECK(problem_of(R"({"shutdown":{"gracePeriod":"9s","totalGracePeriod":"8s"}})") ==
          "f:1:13: /shutdown: \"totalGracePeriod\" is shorter than \"gracePeriod\"");
  }

  TEST_CASE("a command is for the shell only when it looks like it and has no arguments") {
    struct Row {
      const char* command;
      bool is_shell;
    };
    const Row rows[] = {
        {"/bin/x", false}, {"x", false},        {"x-y_z.1+2,3:4=5@6%7", false},
        {"$X", false},     {"${X}/y", false},   {"x{a,b}", false},
        {"~x", true},      {"x y", true},       {"x\\ty", true},
        {"x|y", true},     {"x&y", true},       {"x;y", true},
        {"x<y", true},     {"x>y", true},       {"(x)", true},
        {"'x'", true},     {"\\\"x\\\"", true}, {"x\\\\y", true},
        {"x*", true},      {"x?", true},        {"[x", true},
        {"x#y", true},     {"`x`", true},       {"x$(y)", true},
    };
    for (const Row& row : rows) {
      CAPTURE(row.command);
      const std::string command = std::string(R"("command":")") + row.command + "\"";
      const auto is_shell = [](const Model& model) {
        return std::get<Command>(model.hooks[0].action).shell_form;
      };
      CHECK(is_shell(good(R"({"steps":[{"id":"a",)" + command + "}]}")) == row.is_shell);
      CHECK_FALSE(is_shell(good(R"({"steps":[{"id":"a","arguments":[],)" + command + "}]}")));
      CHECK(good("{\"main\":{" + command + "}}").main.command->shell_form == row.is_shell);
    }
  }

  TEST_CASE("all problems are found in one run, each at its place, in the order of the text") {
    const Lines wanted{
        "f:2:3: /usr: unknown key \"usr\" in the config; did you mean \"user\"?",
        "f:3:18: /parallelism: 0 is out of range; write a whole number from 1 to 1000000",
        "f:5:5: /steps/0: the action is missing; write one of: command, directory",
        "f:5:28: /steps/0/timeout: a duration is a string with a unit: write \"5s\", not 5",
        "f:6:6: /steps/1: the action is missing; write one of: command, directory",
        "f:6:6: /steps/1/id: the id \"a\" is used by /steps/0 already; choose another one",
        "f:6:18: /steps/1/comand: unknown key \"comand\" in a step; did you mean \"command\"?",
        "f:8:13: /health: expected an array, found an object",
        "f:9:24: /main/signals/SIGFOO: \"SIGFOO\" is not a signal; write it like \"SIGTERM\"",
    };
    const Lines got = problems_of(R"({
  "usr": "app",
  "parallelism": 0,
  "steps": [
    {"id": "a", "timeout": 5},
     {"id": "a", "comand": "x"}
  ],
  "health": {},
  "main": {"signals": {"SIGFOO": "SIGINT"}}
})");
    CHECK(got == wanted);
  }

  TEST_CASE("a document that is no object is one problem") {
    for (const char* text : {"[]", "1", "null", "\"x\"", "true"}) {
      CHECK(reading::contains(problem_of(text), "f:1:1: expected an object, found"));
    }
  }

  TEST_CASE("a document that is no JSON is one problem, and nothing else is said") {
    CHECK(reading::contains(problem_of("{\n  \"usr\": 1,\n  oops\n}"), "f:3:3: syntax error"));
    CHECK(reading::contains(problem_of(""), "f:1:1: "));
  }

  TEST_CASE("ids are unique over all kinds of hook") {
    const Lines lines = problems_of(R"({"steps":[{"id":"x","command":"a"}],
"health":[{"id":"x","command":"a"}],
"maintenance":[{"id":"x","command":"a","schedule":{"every":"1h"}}]})");
    CHECK(
        lines ==
        Lines{"f:2:11: /health/0/id: the id \"x\" is used by /steps/0 already; choose another one",
              "f:3:16: /maintenance/0/id: the id \"x\" is used by /steps/0 already; choose another "
              "one"});
  }
}
