// Turns of jobs: how slots, a start and a run that is in the way come together, and what counts.
#include <doctest/doctest.h>

#include "jobs.hpp"

using namespace world;

TEST_SUITE("init/supervisor_turns") {
  TEST_CASE("a slot does not shorten the wait of a run on start, nor is it said that it runs") {
    Started world(ready_check(R"("when":"ready","runOnStart":true)"));
    world.wait(10s);
    world.wait(10s);
    CHECK(world.done().empty());
    world.end("c", 0, true);
    CHECK(world.done() == Lines{"changed c", "spawn j", "started j"});
    Started late(ready_check(R"("when":"ready","startingDeadline":"15s")"));
    late.wait(10s);
    late.wait(10s);
    CHECK(late.done().empty());
    late.wait(4s);
    late.end("c", 0, true);
    CHECK(late.done() == Lines{"changed c", "spawn j", "started j"});
  }

  TEST_CASE("a run that waits for what it replaces is skipped when its condition stops to hold") {
    Started world(R"({"health":[{"id":"c","command":"c","interval":"1h","timeout":"1h",
                                 "failureThreshold":1}],
      "maintenance":[{"id":"j","command":"j","schedule":{"every":"10s"},"when":"ready",
                      "concurrencyPolicy":"Replace"}]})");
    world.end("c", 0, true);
    world.wait(10s);
    CHECK(world.done() == Lines{"changed c", "spawn j", "started j"});
    world.wait(10s);
    CHECK(world.done() == Lines{"kill j's group TERM", "kill j's group CONT"});
    world.note(CheckHurried{&world.hook("c")});
    world.end("c", 1, true);
    CHECK(world.done() == Lines{"spawn c", "changed c", "not now j"});
    world.end("j", 143, true);
    CHECK(world.done() == Lines{"replaced j"});
    world.note(CheckHurried{&world.hook("c")});
    world.end("c", 0, true);
    CHECK(world.done() == Lines{"spawn c", "changed c"});  // not off its slot
    world.wait(10s);
    CHECK(world.done() == Lines{"spawn j", "started j"});
  }

  TEST_CASE("a run that is in the way is told once, however many slots it takes") {
    Started world(job(R"("retries":0)"));
    world.wait(10s);
    (void)world.done();
    world.wait(10s);
    CHECK(world.done() == Lines{"skipped j"});
    world.wait(10s);
    world.wait(10s);
    CHECK(world.done().empty());
    world.end("j", 0, true);
    world.wait(10s);
    world.wait(10s);
    CHECK(world.done() == Lines{"done j", "spawn j", "started j", "skipped j"});
  }

  TEST_CASE("the starting deadline counts from the last slot that passed") {
    Started world(job(R"("startingDeadline":"6s")"));
    world.wait(10s);
    (void)world.done();
    world.wait(35s);  // PID 1 was stopped: the slots at 20, 30, 40 s passed
    CHECK(world.done().empty());
    world.end("j", 0, true);
    CHECK(world.done() == Lines{"done j", "spawn j", "started j"});
  }

  TEST_CASE("runs are counted, not attempts, and timed by themselves where they overlap") {
    Started world(job(R"("concurrencyPolicy":"Allow","retries":2)"));
    world.wait(10s);
    world.wait(10s);
    CHECK(world.job().count == 2);
    world.end("j", 1, true);
    world.wait(1s);
    world.end("j", 0, true);
    CHECK(world.job().count == 2);
    CHECK(world.job().last_time == 11s);
    world.note(ChildGone{world.further_pid("j"), 0, 0});
    CHECK(world.job().last_time == 1s);
  }

  TEST_CASE("a run that its fallback has saved is a success, with nothing left of the failure") {
    Started world(job(R"("onFailure":{"action":"fallback","step":{"id":"f","command":"f"}})"));
    world.note(JobAsked{&world.hook("j"), 1});
    world.end("j", 3, true);
    world.end("f", 0, true);
    CHECK(world.done() == Lines{"spawn j", "started j", "falls back j", "spawn f",
                                "answer 1 j done", "fell back j"});
    CHECK(world.job().last_succeeded);
    CHECK(world.job().last_code == 0);
  }
}
