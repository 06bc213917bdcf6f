#include <sys/resource.h>

#include "reading.hpp"

using namespace pintle::config;
using namespace reading;

namespace {

Hook hook(const std::string& keys) {
  const Model model =
      good(R"({"steps": [{"id": "a", "command": "x", "arguments": [], )" + keys + "}]}");
  return model.hooks.empty() ? Hook{} : model.hooks.front();
}

std::string hook_problem(const std::string& keys) {
  return problem_of(R"({"steps": [{"id": "a", "command": "x", )" + keys + "}]}");
}

}  // namespace

TEST_SUITE("config/identity") {
  TEST_CASE("a limit is one value for both sides, or soft and hard") {
    const Limits limits =
        hook(R"("limits": {"nofile": 64, "core": {"soft": 0, "hard": "Unlimited"}, "as": "1KiB"})")
            .identity.limits;
    REQUIRE(limits.size() == 3);
    CHECK(limits[0].resource == RLIMIT_NOFILE);
    CHECK(limits[0].soft == 64);
    CHECK(limits[0].hard == 64);
    CHECK(limits[1].soft == 0);
    CHECK(limits[1].hard == kUnlimited);
    CHECK(limits[2].soft == 1024);
    CHECK(hook(R"("limits": {"as": {"soft": "${AS}", "hard": 1}})").identity.limits.size() == 1);
  }

  TEST_CASE("what is no limit is a problem at its place") {
    const struct {
      const char* keys;
      const char* problem;
    } kRows[] = {
        {R"("limits": {"nofiles": 1})", "unknown key \"nofiles\" in \"limits\"; did you mean"},
        {R"("limits": {"nofile": -1})", "-1 is out of range"},
        {R"("limits": {"nofile": "1KiB"})", "expected"},
        {R"("limits": {"as": "lots"})", "\"lots\" is not a size"},
        {R"("limits": {"nofile": {"soft": 2, "hard": 1}})", "\"soft\" is above \"hard\""},
        {R"("limits": {"nofile": {"soft": 2}})", "the key \"hard\" is missing"},
        {R"("limits": {"nofile": {"soft": 2, "hard": 2, "max": 3}})", "unknown key \"max\""},
        {R"("limits": 5)", "expected an object"},
        {R"("nice": 20)", "20 is out of range; write a whole number from -20 to 19"},
        {R"("nice": 0.5)", "expected"},
        {R"("stdin": "file")", "\"file\" is none of: null, inherit"},
    };
    for (const auto& row : kRows) {
      CAPTURE(row.keys);
      const std::string problem = hook_problem(row.keys);
      CAPTURE(problem);
      CHECK(contains(problem, row.problem));
      CHECK(contains(problem, "/steps/0/"));
    }
  }

  TEST_CASE("nice and stdin are read, for hooks and for main") {
    CHECK(hook(R"("nice": -5)").identity.nice == -5);
    CHECK(hook(R"("nice": 1)").identity.input == Input::null);
    CHECK(hook(R"("stdin": "INHERIT")").identity.input == Input::inherit);
    CHECK(hook(R"("stdin": null)").identity.input == Input::null);
    const Model model = good(R"({"main": {"command": "x", "nice": 3}})");
    CHECK(model.main.identity.nice == 3);
    CHECK(model.main.identity.input == Input::inherit);
    CHECK(good(R"({"main": {"stdin": "null"}})").main.identity.input == Input::null);
  }

  TEST_CASE("groups are names or numbers, or inherit, at the top as in main and hooks") {
    const auto groups = good(R"({"groups": ["video", 4242]})").groups;
    REQUIRE(groups);
    CHECK(groups->names == std::vector<std::string>{"video", "4242"});
    CHECK_FALSE(groups->are_inherited);
    CHECK(good(R"({"groups": "inherit"})").groups->are_inherited);
    CHECK(hook(R"("groups": [1])").identity.groups->names == std::vector<std::string>{"1"});
    CHECK_FALSE(good("{}").groups);
    CHECK(contains(problem_of(R"({"groups": "video"})"), "\"video\" is none of: inherit"));
  }

  TEST_CASE("output is a word or a file") {
    CHECK(hook(R"("output": "Log")").output == Output::log);
    const Hook kept = hook(R"("output": {"file": "/tmp/${NAME:-x}"})");
    CHECK(kept.output == Output::file);
    CHECK(kept.output_file == "/tmp/${NAME:-x}");
    CHECK(contains(hook_problem(R"("output": {})"),
                   R"(exactly one of "file", "envFile", "variable" is needed)"));
    CHECK(contains(hook_problem(R"("output": {"file": "x", "files": "x"})"),
                   "did you mean \"file\""));
    CHECK(contains(problem_of(R"({"steps": [{"id": "a", "directory": {"path": "/d"},
                                  "output": {"file": "x"}}]})"),
                   "a built-in has no output for a file"));
  }

  TEST_CASE("what is appended needs a command that is no line for the shell") {
    CHECK(good(R"({"main": {"command": "x", "commandLine": "append"}})").main.command_line ==
          CommandLine::append);
    CHECK(contains(problem_of(R"({"main": {"commandLine": "append"}})"), "without \"command\""));
    CHECK(contains(problem_of(R"({"main": {"command": "x y", "commandLine": "append"}})"),
                   "a line for the shell cannot take arguments"));
  }

  TEST_CASE("a number of main may be written with a variable of its own, wherever that stands") {
    const Model model = good(R"({"environment": {"N": "3"},
                 "main": {"command": "/a", "nice": "${N}", "environment": {"N": "7"}},
                 "steps": [{"id": "s", "command": "/s", "nice": "${N}"}]})");
    CHECK(model.main.identity.nice == 7);
    CHECK(model.hooks[0].identity.nice == 3);
  }
}
