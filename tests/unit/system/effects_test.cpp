// What the effects do for hooks that write, and where a call of theirs fails just then.
#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "rules.hpp"

using namespace seam;

namespace {

Life life_with(Program step) {
  step.path = "/step";
  return {.name = "a step writes",
          .config = R"({"steps":[{"id":"s","command":"/step","output":"log"}],
                        "main":{"command":"/main"}})",
          .world = {.programs = {std::move(step),
                                 {.path = "/left", .lives = 1s},
                                 {.path = "/main", .lives = 2s}}}};
}

}  // namespace

TEST_SUITE("system/effects") {
  TEST_CASE("where there is no pipe for its output, a hook writes where pintle does") {
    const Life life = life_with({.lives = 100ms, .writes = "words\n"});
    const Start start(life);
    const Outcome good = start.run();
    CHECK(good.has_line("pintle: step s | words"));
    const Outcome out = start.run({.index = good.call_of("pipe2"), .error = EMFILE});
    INFO(text_of(out));
    CHECK(out.code == 0);
    CHECK(std::find(out.log.begin(), out.log.end(), "words") != out.log.end());
    CHECK(out.has_line("cannot make a pipe: "));
  }

  TEST_CASE("what a hook leaves behind writes on, after the hook's end is told") {
    Life life =
        life_with({.lives = 100ms, .writes = "early\n", .last_words = "last\n", .leaves = "/left"});
    life.world.events = {{500ms, [] { write_as(pid_of("/left"), "late\n"); }}};
    const Outcome out = Start(life).run();
    INFO(text_of(out));
    const auto line = [&](std::string_view part) {
      return std::find_if(out.log.begin(), out.log.end(), [&](const std::string& one) {
        return one.find(part) != std::string::npos;
      });
    };
    CHECK(line("| early") < line("s: done"));
    CHECK(line("| last") < line("s: done"));
    CHECK(line("s: done") < line("| late"));
    CHECK(line("| late") != out.log.end());
  }

  TEST_CASE("why a program did not start is said: the call, what it was for, and errno") {
    Life life = life_with({.lives = 100ms});
    life.config = R"({"steps":[{"id":"s","command":"/step","output":"log","nice":5,
                      "limits":{"nofile":64},"workingDirectory":"/"}],
                      "main":{"command":"/main"}})";
    const Start start(life);
    const Outcome good = start.run();
    struct {
      const char* call;
      int error;
      const char* words;
    } const rows[] = {
        {"execve", E2BIG, "cannot execute '/step': "},
        {"execve", EACCES, "cannot execute '/step': "},
        {"setsid", EPERM, "cannot start a session: "},
        {"setrlimit", EPERM, "cannot set limits 'nofile': "},
        {"setpriority", EACCES, "cannot set limits 'the nice value': "},
        {"chdir", ENOENT, "cannot enter the working directory '/': "},
        {"capget", EPERM, "cannot read capabilities: "},
        {"fork", EAGAIN, "cannot fork: "},
    };
    const auto check = [&](int call, int error, std::string_view words) {
      const Outcome out = start.run({.index = call, .error = error});
      CAPTURE(words);
      INFO(text_of(out));
      CHECK(out.code == 80);
      CHECK(out.reason.find(std::string(words) + std::strerror(error)) != std::string::npos);
    };
    for (const auto& row : rows) check(good.call_of(row.call), row.error, row.words);
    check(good.call_of("dup2", 0), EBUSY, "cannot redirect the input: ");
    check(good.call_of("dup2", 1), EBUSY, "cannot redirect the output: ");
    check(good.call_of("dup2", 2), EBUSY, "cannot redirect the output: ");
  }

  TEST_CASE("a step that cannot lower its privileges executes nothing") {
    const Life life{.name = "as another user",
                    .config = R"({"user":"1000:1000","main":{"command":"/main"}})",
                    .world = {.programs = {{.path = "/main", .lives = 1s}}}};
    const Start start(life);
    const Outcome good = start.run();
    for (const char* const call :
         {"setgroups", "setresgid", "setresuid", "capset", "prctl SET_NO_NEW_PRIVS"}) {
      CAPTURE(call);
      const Outcome out = start.run({.index = good.call_of(call), .error = EPERM});
      INFO(text_of(out));
      CHECK(out.code == 83);
      CHECK(std::all_of(out.started.begin(), out.started.end(),
                        [](const Started& one) { return one.program.empty(); }));
    }
  }

  TEST_CASE("without CAP_KILL, and without a child to send it, a signal is sent all the same") {
    Life life{.name = "no helper can be forked",
              .config = R"({"user":"1000:1000","main":{"command":"/main"}})",
              .world = {.programs = {{.path = "/main"}},
                        .events = {{1s, [] { send_signal(1, SIGTERM); }}}},
              .code = 128 + SIGTERM};
    for (const auto set :
         {&Credentials::permitted, &Credentials::effective, &Credentials::bounding}) {
      life.world.credentials.*set &= ~(std::uint64_t{1} << 5U);  // CAP_KILL
    }
    const Start start(life);
    const Outcome good = start.run();
    CHECK(good.code == life.code);
    for (const char* const call : {"fork", "pipe2"}) {
      const int helper = good.call_of(call, 1);
      REQUIRE(helper >= 0);
      const Outcome out = start.run({.index = helper, .error = EAGAIN, .for_ever = true});
      INFO(text_of(out));
      CHECK(out.code == life.code);
      CHECK(out.time < 1100ms);
      CHECK(out.credentials.uids[1] == 0);
    }
  }
}
