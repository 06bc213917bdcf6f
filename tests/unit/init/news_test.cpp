#include "init/news.hpp"

#include <doctest/doctest.h>

#include <csignal>

#include "world.hpp"

using namespace world;
using log::Level;

namespace {

const config::Model& model() {
  static const config::Model kModel = model_of(R"({
    "steps": [{"id": "migrate", "command": "x"}],
    "health": [{"id": "live", "command": "x"}],
    "maintenance": [{"id": "prune", "command": "x", "schedule": {"every": "1h"}}]})");
  return kModel;
}

Hooks& hooks() {
  static Hooks all(model());
  return all;
}

Hook* const kMainHook = &hooks().main();
Hook* const kStep = &hooks().at(0);
Hook* const kNewsCheck = &hooks().at(1);
Hook* const kNewsJob = &hooks().at(2);

}  // namespace

TEST_SUITE("init/news") {
  TEST_CASE("every piece of news is a line for people, at the level it deserves") {
    struct Row {
      Tell tell;
      const char* detail;
      Level level;
      const char* text;
    };
    const Row rows[] = {
        {{News::step_started, kStep}, "", Level::debug, "step migrate: started"},
        {{News::step_done, kStep, 0, 1500ms}, "", Level::info, "step migrate: done in 1s500ms"},
        {{News::step_done, kStep, 0, 1s}, "made", Level::info, "step migrate: done in 1s: made"},
        {{News::step_failed, kStep, 3, 2s},
         "exit code 3",
         Level::error,
         "step migrate: failed after 2s: exit code 3"},
        {{News::step_slow, kStep, 0, 30s},
         "",
         Level::warning,
         "step migrate: still running after 30s, and it has no timeout"},
        {{News::step_slow, kStep, 0, 30s},
         "parallelism is 1, so step b cannot start yet",
         Level::warning,
         "step migrate: still running after 30s, and it has no timeout: parallelism is 1, so step "
         "b cannot start yet"},
        {{News::check_changed, kNewsCheck}, "", Level::warning, "check live: changed"},
        {{News::check_failed, kNewsCheck, 1},
         "HTTP status 503",
         Level::debug,
         "check live: failed: HTTP status 503"},
        {{News::job_started, kNewsJob}, "", Level::debug, "job prune: started"},
        {{News::job_done, kNewsJob, 0, 1s}, "", Level::info, "job prune: done in 1s"},
        {{News::job_failed, kNewsJob, 1, 1s},
         "exit code 1",
         Level::warning,
         "job prune: failed after 1s: exit code 1"},
        {{News::job_skipped, kNewsJob},
         "",
         Level::warning,
         "job prune: skipped: its last run has not ended"},
        {{News::hook_timed_out, kStep, 0, 30s},
         "",
         Level::warning,
         "step migrate: timed out after 30s, stopping it"},
        {{News::main_started}, "", Level::debug, "main: started"},
        {{News::main_ended, kMainHook, 143}, "", Level::debug, "main: ended with exit code 143"},
        {{News::stopping, kMainHook, SIGTERM}, "", Level::info, "SIGTERM: stopping"},
        {{News::stopping, kMainHook, 64}, "", Level::info, "SIGRTMAX: stopping"},
        {{News::grace_over},
         "",
         Level::warning,
         "main: did not end within the grace period, killing it"},
        {{News::remaining_killed},
         "",
         Level::warning,
         "shutdown: sending SIGKILL to the remaining processes"},
    };
    for (const Row& row : rows) {
      const Line line = line_for(row.tell, row.detail);
      CHECK(line.text == row.text);
      CHECK(line.level == row.level);
    }
  }

  TEST_CASE("a percent sign in a detail is only that") {
    CHECK(line_for({News::step_done, kStep, 0, 1s}, "%c %t %d {}").text ==
          "step migrate: done in 1s: %c %t %d {}");
  }

  TEST_CASE("the reason tells why pintle chose the code; main's own code needs none") {
    struct Row {
      Quit quit;
      const char* detail;
      const char* reason;
    };
    const Row rows[] = {
        {{3, Reason::main_ended}, "x", ""},
        {{143, Reason::stopped_in_init, kMainHook, SIGTERM},
         "",
         "stopped by SIGTERM during the init steps"},
        {{80, Reason::step_failed, kStep},
         "exit code 3 after 1s",
         "step migrate failed: exit code 3 after 1s"},
        {{71, Reason::main_not_forked}, "no memory", "cannot fork main: no memory"},
        {{127, Reason::main_not_found}, "cannot execute 'x'", "cannot execute 'x'"},
        {{126, Reason::main_not_executable}, "cannot execute 'x'", "cannot execute 'x'"},
        {{83, Reason::main_refused}, "cannot set the uid", "cannot set the uid"},
    };
    for (const Row& row : rows) CHECK(reason_for(row.quit, row.detail) == row.reason);
  }

  TEST_CASE("only a run that succeeded is 0") {
    using Kind = control::JobReply::Kind;
    struct Row {
      Answer::Result result;
      int code;
      control::JobReply::Kind kind;
      int expected;
    };
    using Result = Answer::Result;
    const Row rows[] = {
        {Result::done, 0, Kind::ran, 0},         {Result::failed, 3, Kind::ran, 3},
        {Result::failed, 143, Kind::ran, 143},   {Result::failed, 0, Kind::ran, 1},
        {Result::busy, 0, Kind::refused, 0},     {Result::not_running, 0, Kind::refused, 0},
        {Result::stopping, 0, Kind::refused, 0},
    };
    for (const Row& row : rows) {
      const auto reply = reply_to({1, row.result, kNewsJob, row.code}, "");
      CHECK(reply.kind == row.kind);
      CHECK(reply.code == row.expected);
    }
  }
}
