// Every key with a value of the wrong kind, and every rule between keys.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "reading.hpp"

using reading::contains;
using reading::good;
using reading::Lines;
using reading::problem_of;
using reading::problems_of;

namespace {

struct KeyCase {
  const char* name;
  const char* bad;  ///< values that are no good
  const char* says;
};

/// `before` + key and value + `after`; the value's column is where the problem must be.
void check_keys(std::string_view before, std::string_view after, const KeyCase& key) {
  const std::string start = fmt::format("{}\"{}\":", before, key.name);
  const std::string line = problem_of(start + key.bad + std::string(after));
  CAPTURE(key.name);
  CAPTURE(line);
  CHECK(line.starts_with(fmt::format("f:1:{}: /", start.size() + 1)));
  CHECK(contains(line, fmt::format("/{}", key.name)));
  CHECK(contains(line, key.says));
}

constexpr const char* kNoString = "expected a string, found";
constexpr const char* kNoObject = "expected an object, found";
constexpr const char* kNoArray = "expected an array, found";

}  // namespace

TEST_SUITE("config/parse") {
  TEST_CASE("a key of the top level with the wrong kind of value is a problem at the value") {
    const KeyCase rows[] = {{"user", "1", kNoString},
                            {"user", "\"\"", "it is empty"},
                            {"workingDirectory", "[]", kNoString},
                            {"imageMode", "\"thick\"", "is none of: layered, prebuilt"},
                            {"imageMode", "\"\"", "is none of"},
                            {"environment", "[]", kNoObject},
                            {"parallelism", "\"2\"", "expected a whole number, found a string"},
                            {"parallelism", "1.0", "expected a whole number, found a number"},
                            {"parallelism", "true", "expected a whole number, found a boolean"},
                            {"parallelism", "-1", "out of range"},
                            {"parallelism", "1000001", "out of range"},
                            {"parallelism", "99999999999999999999", "expected a whole number"},
                            {"steps", "{}", kNoArray},
                            {"main", "[]", kNoObject},
                            {"health", "null", kNoArray},
                            {"maintenance", "\"x\"", kNoArray},
                            {"shutdown", "5", kNoObject},
                            {"confinement", "[]", kNoObject},
                            {"init", "\"main\"", kNoObject},
                            {"logging", "\"json\"", kNoObject}};
    for (const KeyCase& key : rows) check_keys("{", "}", key);
  }

  TEST_CASE("what a variable stands for is shown when it is wrong, unless it is a secret") {
    const auto with = [](const std::string& key) {
      return R"({"environment":{"A":"seen","K_PASS":"hidden"},"steps":[{"id":"a","command":"x",)" +
             key + "}]}";
    };
    CHECK(problem_of(with(R"("timeout":"$A")")) ==
          "f:1:90: /steps/0/timeout: \"$A\", whose value is \"seen\", is not a duration; write it "
          "like "
          "\"500ms\", \"30s\" or \"1m30s\" (units ms, s, m, h, d)");
    CHECK(problem_of(with(R"("retries":"$A")")) ==
          "f:1:90: /steps/0/retries: \"$A\", whose value is \"seen\", is not a whole number");
    CHECK(problem_of(with(R"("retries":"${K_PASS}")")) ==
          "f:1:90: /steps/0/retries: \"${K_PASS}\", whose value is \"***\", is not a whole number");
    CHECK(problem_of(with(R"("retries":"-${B:-1}")")) ==
          "f:1:90: /steps/0/retries: \"-${B:-1}\", whose value is \"-1\", is out of range; write a "
          "whole number from 0 to 1000000");
  }

  TEST_CASE("a key of a hook with the wrong kind of value is a problem at the value") {
    const KeyCase any[] = {
        {"timeout", "30", "write \"30s\", not 30"},
        {"timeout", "1.5", "write \"1.5s\", not 1.5"},
        {"timeout", "\"30\"", "is not a duration"},
        {"timeout", "\"0\"", "it must be 1ms or more"},
        {"timeout", "null", kNoString},
        {"user", "0", kNoString},
        {"workingDirectory", "\"${\"", "is not closed"},
        {"environment", "[]", kNoObject},
        {"useSystemEnvironment", "\"true\"", "expected a boolean, found a string"},
        {"useSystemEnvironment", "1", "expected a boolean"},
        {"umask", "22", kNoString},
        {"umask", "\"9\"", "is not a mode"},
        {"umask", "\"22\"", "is not a mode"},
        {"umask", "\"17777\"", "a mode is at most"},
        {"arguments", "\"x\"", kNoArray}};
    for (const KeyCase& key : any) check_keys(R"({"steps":[{"id":"a","command":"x",)", "}]}", key);
    const KeyCase step[] = {{"precedents", "\"a\"", kNoArray}};
    for (const KeyCase& key : step) check_keys(R"({"steps":[{"id":"a","command":"x",)", "}]}", key);
    const KeyCase check[] = {{"kind", "\"alive\"", "is none of: readiness, liveness, startup"},
                             {"kind", "1", kNoString},
                             {"interval", "\"0s\"", "it must be 1ms or more"},
                             {"interval", "\"-1s\"", "is not a duration"},
                             {"failureThreshold", "0", "out of range"},
                             {"failureThreshold", "2.5", "expected a whole number"},
                             {"successThreshold", "\"1\"", "expected a whole number"},
                             {"startPeriod", "5", "write \"5s\""},
                             {"startInterval", "\"0\"", "it must be 1ms or more"},
                             {"timeout", "\"4000d\"", "is not a duration"}};
    for (const KeyCase& key : check)
      check_keys(R"({"health":[{"id":"a","command":"x",)", "}]}", key);
    check_keys(R"({"maintenance":[{"id":"a","command":"x",)", "}]}",
               {"schedule", "[]", "a schedule is a string like"});
  }

  TEST_CASE("an id is a short word, and its problem is at the id") {
    for (const char* id : {"\"\"", "\"a b\"", "\"a/b\"", "\"\\u00e9\"", "\"a\\tb\"", "\"$a\""}) {
      check_keys(R"({"steps":[{"command":"x",)", "}]}", {"id", id, "an id has 1 to 64"});
    }
    check_keys(R"({"steps":[{"command":"x",)", "}]}", {"id", "7", kNoString});
    const std::string longest(64, 'i');
    CHECK(problems_of(R"({"steps":[{"command":"x","id":")" + longest + "\"}]}").empty());
    CHECK(problems_of(R"({"steps":[{"command":"x","id":")" + longest + "i\"}]}").size() == 1);
  }

  TEST_CASE("a key of an action with the wrong kind of value is a problem at the value") {
    const KeyCase directory[] = {{"path", "1", kNoString},
                                 {"path", "\"\"", "it is empty"},
                                 {"path", "\"/a/${\"", "is not closed"}};
    for (const KeyCase& key : directory)
      check_keys(R"({"steps":[{"id":"a","directory":{)", "}}]}", key);
    const KeyCase more[] = {
        {"mode", "750", kNoString},          {"mode", "\"rwx\"", "is not a mode"},
        {"mode", "\"75\"", "is not a mode"}, {"mode", "\"0888\"", "is not a mode"},
        {"mode", "\"\"", "is not a mode"},   {"owner", "[]", kNoString}};
    for (const KeyCase& key : more) {
      check_keys(R"({"steps":[{"id":"a","directory":{"path":"/d",)", "}}]}", key);
    }
    check_keys(R"({"steps":[{"id":"a",)", "}]}", {"directory", "\"/d\"", kNoObject});
    const KeyCase probe[] = {{"tcp", "5432", kNoObject},
                             {"tcp", "\"5432\"", "the port is missing"},
                             {"tcp", "\"db:5432\"", "is for its own container"},
                             {"http", "\"http://localhost/\"", kNoObject}};
    for (const KeyCase& key : probe) check_keys(R"({"health":[{"id":"a",)", "}]}", key);
    const KeyCase url[] = {{"url", "\"ftp://localhost\"", "write http://"},
                           {"url", "\"http://example.org/\"", "is for its own container"},
                           {"url", "true", kNoString}};
    for (const KeyCase& key : url) check_keys(R"({"health":[{"id":"a","http":{)", "}}]}", key);
    CHECK(
        good(R"({"health":[{"id":"a","http":{"url":"http://localhost:$PORT/"}}]})").hooks.size() ==
        1);
  }

  TEST_CASE("a key of main and of the small objects with the wrong kind of value is a problem") {
    const KeyCase main[] = {{"command", "[\"x\"]", kNoString},
                            {"command", "\"\"", "it is empty"},
                            {"user", "1000", kNoString},
                            {"workingDirectory", "\"\"", "it is empty"},
                            {"environment", "\"A=b\"", kNoObject},
                            {"useSystemEnvironment", "null", "expected a boolean"},
                            {"umask", "18", kNoString},
                            {"signals", "[\"SIGTERM\"]", kNoObject}};
    for (const KeyCase& key : main) check_keys("{\"main\":{", "}}", key);
    const KeyCase shutdown[] = {{"gracePeriod", "10", "write \"10s\""},
                                {"gracePeriod", "\"soon\"", "is not a duration"},
                                {"totalGracePeriod", "true", kNoString},
                                {"signals", "\"SIGTERM\"", kNoArray}};
    for (const KeyCase& key : shutdown) check_keys("{\"shutdown\":{", "}}", key);
    const KeyCase confinement[] = {{"capabilities", "\"ALL\"", kNoArray},
                                   {"noNewPrivileges", "\"no\"", "expected a boolean"}};
    for (const KeyCase& key : confinement) check_keys("{\"confinement\":{", "}}", key);
    check_keys("{\"init\":{", "}}", {"user", "\"root\"", "is none of: main"});
    check_keys("{\"logging\":{", "}}",
               {"level", "\"loud\"", "is none of: debug, info, warn, error"});
    check_keys("{\"logging\":{", "}}", {"format", "\"xml\"", "is none of: text, json"});
    check_keys(R"({"maintenance":[{"id":"a","command":"x","schedule":{)", "}}]}",
               {"every", "\"0\"", "it must be 1ms or more"});
    const KeyCase variable[] = {
        {"description", "1", kNoString},
        {"value", "null", "expected a string, a number or a boolean, found null"},
        {"defaultValue", "[]", "found an array"},
        {"allowEmpty", "1", "expected a boolean"}};
    for (const KeyCase& key : variable) check_keys("{\"environment\":{\"A\":{", "}}}", key);
    check_keys("{\"environment\":{", "}}", {"A", "null", "found null"});
  }

  TEST_CASE("an unknown key is a problem at the key, with the nearest or all that are known") {
    struct Row {
      const char* text;
      const char* line;
    };
    const Row rows[] = {
        {R"({"stpes":[]})",
         "f:1:2: /stpes: unknown key \"stpes\" in the config; did you mean \"steps\"?"},
        {R"({"Steps":[]})",
         "f:1:2: /Steps: unknown key \"Steps\" in the config; did you mean \"steps\"?"},
        {R"({"main":{"args":[]}})",
         "f:1:10: /main/args: unknown key \"args\" in \"main\"; known are: command, arguments, "
         "verify, commandLine, subcommands, pause, notify, signals, successExitCodes, user, "
         "groups, "
         "workingDirectory, "
         "environment, "
         "useSystemEnvironment, "
         "umask, "
         "limits, nice, stdin"},
        {R"({"logging":{"lvel":"info"}})",
         "f:1:13: /logging/lvel: unknown key \"lvel\" in \"logging\"; did you mean \"level\"?"},
        {R"({"a/b~c":1,"user":"x"})",
         "f:1:2: /a~1b~0c: unknown key \"a/b~c\" in the config; known are: user, groups, "
         "workingDirectory, umask, imageMode, environment, parallelism, steps, main, health, "
         "maintenance, shutdown, confinement, trust, listen, init, logging, $schema"},
        {R"({"environment":{"A":{"default":1}}})",
         "f:1:22: /environment/A/default: unknown key \"default\" in a variable; known are: "
         "description, value, defaultValue, file, fileVariable, resource, percent, divisor, "
         "optional, pattern, secret, "
         "export, allowEmpty"},
    };
    for (const Row& row : rows) CHECK(problem_of(row.text) == row.line);
  }

  TEST_CASE("a key of another kind of hook is not allowed in this one, and is not offered") {
    struct Row {
      const char* text;
      const char* key;
      const char* kind;
    };
    const Row rows[] = {
        {R"({"steps":[{"id":"a","command":"x","interval":"1s"}]})", "interval", "a step"},
        {R"({"steps":[{"id":"a","command":"x","schedule":{}}]})", "schedule", "a step"},
        {R"({"steps":[{"id":"a","command":"x","http":{}}]})", "http", "a step"},
        {R"({"health":[{"id":"a","command":"x","precedents":[]}]})", "precedents", "a check"},
        {R"({"health":[{"id":"a","command":"x","directory":{}}]})", "directory", "a check"},
        {R"({"maintenance":[{"id":"a","command":"x","schedule":{"every":"1h"},"kind":"liveness"}]})",
         "kind", "a job"},
    };
    for (const Row& row : rows) {
      CHECK(contains(problem_of(row.text),
                     std::string("the key \"") + row.key + "\" is not allowed in " + row.kind));
    }
    const std::string line = problem_of(R"({"steps":[{"id":"a","command":"x","intervall":"1s"}]})");
    CHECK(contains(line, "known are: id, command"));
    CHECK_FALSE(contains(line, "interval,"));
  }

  TEST_CASE("a hook has exactly one action, and the keys that go with it") {
    struct Row {
      const char* text;
      const char* line;
    };
    const Row rows[] = {
        {R"({"steps":[{"id":"a"}]})",
         "f:1:11: /steps/0: the action is missing; write one of: command, directory"},
        {R"({"health":[{"id":"a"}]})",
         "f:1:12: /health/0: the action is missing; write one of: command, http, tcp"},
        {R"({"maintenance":[{"id":"a","schedule":{"every":"1h"}}]})",
         "f:1:17: /maintenance/0: the action is missing; write one of: command"},
        {R"({"steps":[{"id":"a","command":"x","directory":{"path":"/d"}}]})",
         "f:1:11: /steps/0: it has 2 actions (command, directory), and only one is allowed; write "
         "2 hooks"},
        {R"({"steps":[{"id":"a","directory":{"path":"/d"},"arguments":[]}]})",
         "f:1:59: /steps/0: \"arguments\" without \"command\""},
        {R"({"steps":[{"id":"a","directory":{}}]})",
         "f:1:33: /steps/0/directory: the key \"path\" is missing"},
        {R"({"health":[{"id":"a","http":{}}]})",
         "f:1:29: /health/0/http: the key \"url\" is missing"},
        {R"({"health":[{"id":"a","tcp":{}}]})",
         "f:1:28: /health/0/tcp: the key \"address\" is missing"},
        {R"({"steps":[{"command":"x"}]})", "f:1:11: /steps/0: the key \"id\" is missing"},
        {R"({"maintenance":[{"id":"a","command":"x"}]})",
         "f:1:17: /maintenance/0: one of \"schedule\", \"runOnStart\" is needed"},
        {R"({"maintenance":[{"id":"a","command":"x","schedule":{}}]})",
         "f:1:52: /maintenance/0/schedule: the key \"every\" is missing"},
        {R"({"main":{"arguments":["x"]}})", "f:1:22: /main: \"arguments\" without \"command\""},
        {R"({"steps":["x"]})", "f:1:11: /steps/0: expected an object, found a string"},
        {R"({"environment":{"A":{"value":1,"defaultValue":2}}})",
         "f:1:21: /environment/A: \"value\" and \"defaultValue\" exclude each other"},
        {R"({"main":{"command":"${A"}})", "f:1:20: /main/command: \"${\" is not closed by \"}\""},
        {R"({"steps":[{"id":"a","command":"${A","arguments":[]}]})",
         "f:1:31: /steps/0/command: \"${\" is not closed by \"}\""},
        {R"({"steps":[{"id":"a","command":"x","condition":{"environment":"A-B"}}]})",
         "f:1:62: /steps/0/condition/environment: the name of a variable has letters, digits "
         "and _ only, and does not begin with a digit"},
        {R"({"steps":[{"id":"a","command":"x","successExitCodes":[256]}]})",
         "f:1:55: /steps/0/successExitCodes/0: 256 is out of range; write a whole number from 0 to "
         "255"},
        {R"({"environment":{"A":1e400}})", "f:1:25: the number 1e400 is too large"},
        {R"({"$schema":1})", "f:1:12: /$schema: expected a string, found a whole number"},
        {R"({"environment":{"1A":"x"}})",
         "f:1:17: /environment/1A: the name of a variable has letters, digits and _ only, "
         "and does not begin with a digit"},
        {R"({"environment":{"":"x"}})",
         "f:1:17: /environment/: the name of a variable has letters, digits and _ only, and "
         "does not begin with a digit"},
        {R"({"main":{"command":"x","arguments":["ok",1]}})",
         "f:1:42: /main/arguments/1: expected a string, found a whole number"},
        {R"({"main":{"command":"x","arguments":["${A"]}})",
         "f:1:37: /main/arguments/0: \"${\" is not closed by \"}\""},
        {R"({"shutdown":{"signals":["SIGTERM","x"]}})",
         "f:1:35: /shutdown/signals/1: \"x\" is not a signal; write it like \"SIGTERM\""},
        {R"({"main":{"signals":{"SIGTERM":15}}})",
         "f:1:31: /main/signals/SIGTERM: expected a string, found a whole number"},
    };
    for (const Row& row : rows) CHECK(problem_of(row.text) == row.line);
  }
}
