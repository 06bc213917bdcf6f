// What happens to a hook that fails: retries, fallbacks, conditions, and going on.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace world;

TEST_SUITE("init/policy") {
  TEST_CASE("a step is retried after its back-off, then fails the start") {
    World w(R"({"steps": [{"id": "a", "command": "/a", "retries": 2, "backoff": "exponential"}]})");
    CHECK(w.done() == Lines{"spawn a", "started a"});
    w.end("a", 1);
    CHECK(w.done() == Lines{"retried a"});
    CHECK(w.sleeps() == 1s);
    w.wait(1s);
    CHECK(w.done() == Lines{"spawn a"});
    w.end("a", 1);
    CHECK(w.sleeps() == 2s);
    w.wait(2s);
    w.end("a", 3);
    CHECK(w.done() == Lines{"retried a", "spawn a", "failed a", "quit 80"});
  }

  TEST_CASE("a retry that succeeds lets the start go on") {
    World w(R"({"steps": [{"id": "a", "command": "/a", "retries": 1}]})");
    w.end("a", 1);
    w.wait(1s);
    w.end("a", 0);
    CHECK(w.done() == Lines{"spawn a", "started a", "retried a", "spawn a", "done a", "spawn main",
                            "settle", "started main"});
  }

  TEST_CASE("a stop signal during a back-off ends the start at once") {
    World w(R"({"steps": [{"id": "a", "command": "/a", "retries": 5,
                           "backoff": {"type": "constant", "initial": "1h", "max": "1h"}}]})");
    w.end("a", 1);
    (void)w.done();
    w.signal(SIGTERM);
    CHECK(w.done() == Lines{"stopping TERM", "quit 143"});
  }

  TEST_CASE("exit codes that are listed as successes are") {
    World w(R"({"steps": [{"id": "a", "command": "/a", "successExitCodes": [0, 24]}]})");
    w.end("a", 24);
    CHECK(w.done().at(2) == "done a");
  }

  TEST_CASE("a step that may fail does not hold the others up") {
    World w(R"({"steps": [{"id": "a", "command": "/a", "onFailure": "continue"},
                          {"id": "b", "command": "/b"}]})");
    w.end("a", 1);
    CHECK(w.done() == Lines{"spawn a", "started a", "went on a", "spawn b", "started b"});
  }

  TEST_CASE("a fallback runs when all attempts have failed, and its success is the step's") {
    World w(R"({"steps": [{"id": "a", "command": "/a", "retries": 1,
                           "onFailure": {"action": "fallback", "step": {"command": "/b"}}}]})");
    w.end("a", 1);
    w.wait(1s);
    w.end("a", 1);
    CHECK(w.done() == Lines{"spawn a", "started a", "retried a", "spawn a", "falls back a",
                            "spawn a.fallback"});
    w.end("a.fallback", 0);
    CHECK(w.done().front() == "fell back a");
    CHECK(step_state(w.hook("a")) == hooks::StepState::fell_back);
  }

  TEST_CASE("a fallback that fails fails the step") {
    World w(R"({"steps": [{"id": "a", "command": "/a",
                           "onFailure": {"action": "fallback", "source": "/cache"}}]})");
    w.end("a", 1);
    w.end("a.fallback", 1);
    CHECK(w.done() == Lines{"spawn a", "started a", "falls back a", "spawn a.fallback",
                            "fallback failed a.fallback", "failed a", "quit 80"});
  }

  TEST_CASE("a condition on a step asks for its result") {
    const char* config = R"({"steps": [{"id": "a", "command": "/a"},
                                       {"id": "yes", "command": "/y", "condition": "a"},
                                       {"id": "no", "command": "/n", "condition": {"not": "a"}}]})";
    SUBCASE("success") {
      World w(config);
      w.end("a", 0);
      CHECK(w.done() == Lines{"spawn a", "started a", "done a", "spawn yes", "started yes"});
      w.end("yes", 0);
      CHECK(w.done() == Lines{"done yes", "skipped no", "spawn main", "settle", "started main"});
    }
    SUBCASE("a plain failure is an answer and not an error") {
      World w(config);
      w.end("a", 7);
      CHECK(w.done() == Lines{"spawn a", "started a", "answered no a", "skipped yes", "spawn no",
                              "started no"});
    }
    SUBCASE("a step that says itself that its failure aborts the start is believed") {
      for (const char* abort : {R"("abort")", R"({"action": "Abort"})"}) {
        World w(
            std::string(R"({"steps": [{"id": "a", "command": "/a", "retries": 1, "onFailure": )") +
            abort + R"(}, {"id": "yes", "command": "/y", "condition": "a"}]})");
        w.end("a", 7);
        w.wait(1s);
        w.end("a", 7);
        CHECK(w.done().back() == "quit 80");
      }
    }
    SUBCASE("death by a signal is an error") {
      World w(config);
      w.end("a", 137);
      CHECK(w.done() == Lines{"spawn a", "started a", "failed a", "quit 80"});
    }
    SUBCASE("a program that could not be started is an error") {
      World w(config);
      w.fail("a", sys::StartStep::execute, 2);
      CHECK(w.done() == Lines{"spawn a", "started a", "failed a", "quit 80"});
    }
  }

  TEST_CASE("a skipped step counts as done for those that wait for it") {
    World w(R"({"steps": [{"id": "a", "command": "/a", "imageModes": ["prebuilt"]},
                          {"id": "b", "command": "/b", "precedents": ["a"]}]})");
    CHECK(w.done() == Lines{"skipped a", "spawn b", "started b"});
  }

  TEST_CASE("a condition on a file is left to the child, which may skip the step") {
    World w(R"({"steps": [{"id": "a", "command": "/a", "condition": {"fileExists": "/x"}}]})");
    CHECK(w.done() == Lines{"spawn a", "started a"});
    w.note(ChildGone{w.pid_of("a"), 0, 0, std::nullopt, true});
    CHECK(w.done() == Lines{"skipped a", "spawn main", "settle", "started main"});
  }

  TEST_CASE("what is to run during others is asked whether it runs before those begin") {
    const char* config = R"({"steps": [{"id": "d", "during": ["a"], "command": "/d",
                                        "condition": {"fileExists": "/x"}},
                                       {"id": "a", "command": "/a"},
                                       {"id": "b", "command": "/b", "condition": "d"}]})";
    SUBCASE("it does") {
      World w(config);
      CHECK(w.done() == Lines{"spawn d"});
      w.note(ChildGone{.pid = w.pid_of("d"), .code = 0, .signal = 0, .condition_holds = true});
      CHECK(w.done() == Lines{"spawn d", "started d", "spawn a", "started a"});
      w.end("a", 0);
      CHECK(w.done() == Lines{"done a", "kill d's group TERM", "kill d's group CONT"});
    }
    SUBCASE("it does not: its result is no success") {
      World w(config);
      w.note(ChildGone{.pid = w.pid_of("d"), .code = 0, .signal = 0, .was_skipped = true});
      w.end("a", 0);
      CHECK(w.done() == Lines{"spawn d", "skipped d", "spawn a", "started a", "done a", "skipped b",
                              "spawn main", "settle", "started main"});
    }
    SUBCASE("nobody knows, so the start fails") {
      World w(config);
      w.end("d", 137);
      CHECK(w.done() == Lines{"spawn d", "failed d", "quit 80"});
    }
  }

  TEST_CASE("a retry checks the condition again only if the first attempt has not") {
    const char* config = R"({"steps": [{"id": "a", "command": "/a", "retries": 1,
                                        "condition": {"fileExists": "/x"}}]})";
    for (const bool condition_holds : {false, true}) {
      World w(config);
      (void)w.done();
      w.note(ChildGone{
          .pid = w.pid_of("a"), .code = 137, .signal = 9, .condition_holds = condition_holds});
      w.wait(1s);
      (void)w.done();
      CHECK(w.hook("a").run.pid != 0);
      CHECK(w.hook("a").run.asks == (condition_holds ? Asks::no : Asks::first));
    }
  }

  TEST_CASE("a job that is being retried is not started a second time") {
    World w(R"({"maintenance": [{"id": "j", "command": "/j", "schedule": {"every": "1s"},
                                 "retries": 1, "backoff": {"type": "constant", "initial": "5s"}}]})");
    w.wait(1s);
    w.end("j", 1, true);
    (void)w.done();
    w.wait(1s);
    CHECK(w.done() == Lines{"skipped j"});
    w.wait(4s);
    const Lines lines = w.done();
    CHECK(std::find(lines.begin(), lines.end(), "spawn j") != lines.end());
  }

  TEST_CASE("a proof that failed ends the start with 82; a command's 82 is a failure like others") {
    struct Row {
      const char* step;
      int code;
      const char* quit;
    };
    constexpr const char* kCheck =
        R"({"steps":[{"id":"a","check":{"path":"/x","prohibit":["y"]}}]})";
    const Row rows[] = {
        {kCheck, 82, "quit 82"},
        {kCheck, 1, "quit 80"},
        {R"({"steps":[{"id":"a","command":"x"}]})", 82, "quit 80"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.step);
      World world(row.step);
      (void)world.done();
      world.end("a", row.code);
      CHECK(world.done() == Lines{"failed a", row.quit});
    }
  }
}
