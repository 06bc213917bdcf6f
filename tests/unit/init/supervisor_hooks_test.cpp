// Checks, jobs and timeouts: what is driven by time.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace world;
using hooks::Verdict;

namespace {

constexpr const char* kCheck = R"({"health":[{"id":"c","command":"c","interval":"10s",
  "timeout":"2s","failureThreshold":2,"startPeriod":"0"}]})";
constexpr const char* kJob =
    R"({"maintenance":[{"id":"j","command":"j","schedule":{"every":"60s"},"timeout":"5m"}]})";
constexpr const char* kGated = R"({"health":[
  {"id":"live","kind":"liveness","command":"c"},
  {"id":"ready","command":"c"},
  {"id":"up","kind":"startup","command":"c","startPeriod":"0"}]})";

}  // namespace

TEST_SUITE("init/supervisor_hooks") {
  TEST_CASE("a step's timeout is TERM for its group, five seconds, KILL, and a failure") {
    for (const int code : {0, 143}) {
      World world(R"({"steps":[{"id":"a","command":"a","timeout":"30s"}]})");
      (void)world.done();
      CHECK(world.sleeps() == 30s);
      world.wait(29999ms);
      CHECK(world.done().empty());
      world.wait(1ms);
      CHECK(world.done() == Lines{"late a", "kill a's group TERM", "kill a's group CONT"});
      CHECK(world.supervisor.kills_group_of(world.pid_of("a")));
      CHECK(world.sleeps() == 5s);
      world.end("a", code);
      CHECK(world.done() == Lines{"failed a", "quit 80"});
    }
    World stubborn(R"({"steps":[{"id":"a","command":"a","timeout":"1ms"}]})");
    stubborn.wait(1ms);
    (void)stubborn.done();
    stubborn.wait(5s);
    CHECK(stubborn.done() == Lines{"kill a's group KILL"});
    stubborn.wait(1h);
    CHECK(stubborn.done().empty());
  }

  TEST_CASE("a step without timeout is named every thirty seconds, and after a long sleep once") {
    World world(R"({"steps":[{"id":"a","command":"a"}]})");
    (void)world.done();
    world.wait(30s);
    CHECK(world.done() == Lines{"slow a"});
    world.wait(30s);
    CHECK(world.done() == Lines{"slow a"});
    world.wait(10h);
    CHECK(world.done() == Lines{"slow a"});
    CHECK(world.sleeps() == 30s);
    world.end("a", 0);
    CHECK(world.sleeps() == Duration(-1));
  }

  TEST_CASE("a step that has no place to run in is known, as long as it has none") {
    World world(R"({"steps":[{"id":"server","command":"s","precedents":[]},
                             {"id":"up","command":"u","precedents":[]},
                             {"id":"after","command":"a","precedents":["up"]}]})");
    const Stage& stage = *std::get<StepTask>(world.hook("server").task).stage;
    CHECK(world.supervisor.parallelism() == 1);
    CHECK(stage.held_back() == &world.hook("up"));
    world.end("server", 0);
    CHECK(stage.held_back() == nullptr);
  }

  TEST_CASE("what failed is counted, and when a job last succeeded is known") {
    World world(R"({"maintenance":[{"id":"j","command":"j","schedule":{"every":"60s"},"retries":1}],
                    "health":[{"id":"c","command":"c","interval":"10s"}]})");
    const Job& job = world.hook("j").job();
    CHECK_FALSE(job.succeeded);
    world.end("c", 1, true);
    CHECK(world.hook("c").run.failures == 1);
    world.wait(60s);
    world.end("j", 1, true);
    CHECK(job.failures == 0);  // its run goes on
    world.wait(1s);
    world.end("j", 1, true);
    CHECK(job.failures == 1);
    CHECK(world.hook("j").run.failures == 2);
    world.wait(59s);
    world.end("j", 0, true);
    CHECK(job.failures == 1);
    CHECK(job.succeeded == world.now);
  }

  TEST_CASE("the group of a hook that ended by itself is left alone") {
    World world(R"({"steps":[{"id":"a","command":"a"}]})");
    CHECK_FALSE(world.supervisor.kills_group_of(world.pid_of("a")));
    CHECK_FALSE(world.supervisor.kills_group_of(4711));
    world.end("a", 0);
    CHECK_FALSE(world.supervisor.kills_group_of(world.pid_of("main")));
  }

  TEST_CASE("a check runs at once, then an interval after its end") {
    World world(kCheck);
    CHECK(world.done() == Lines{"spawn main", "settle", "started main", "spawn c"});
    CHECK(world.supervisor.kills_group_of(world.pid_of("c")));
    world.wait(1s);
    world.end("c", 0, true);
    CHECK(world.done() == Lines{"changed c"});
    CHECK(world.hook("c").check().verdict() == Verdict::healthy);
    CHECK(world.sleeps() == 10s);
    world.wait(10s);
    CHECK(world.done() == Lines{"spawn c"});
    world.end("c", 1, true);
    CHECK(world.done() == Lines{"failed c"});
    world.wait(10s);
    world.end("c", 1, true);
    CHECK(world.done() == Lines{"spawn c", "changed c"});
    CHECK(world.hook("c").check().verdict() == Verdict::unhealthy);
  }

  TEST_CASE("a check that takes too long is killed at once, and has failed") {
    World world(kCheck);
    (void)world.done();
    world.wait(2s);
    CHECK(world.done() == Lines{"late c", "kill c's group KILL"});
    world.end("c", 137, true);
    CHECK(world.done() == Lines{"failed c"});
    CHECK_FALSE(world.hook("c").check().last_succeeded());
    World standard(R"({"health":[{"id":"c","command":"c"}]})");
    CHECK(standard.sleeps() == 1s);
  }

  TEST_CASE("a check that cannot be forked has failed, and runs again later") {
    World world(kCheck);
    world.end("c", 0, true);
    (void)world.done();
    world.can_fork = false;
    world.wait(10s);
    CHECK(world.done() == Lines{"spawn c", "failed c"});
    CHECK(world.sleeps() == 10s);
    world.wait(10s);
    CHECK(world.done() == Lines{"spawn c", "changed c"});
  }

  TEST_CASE("the other checks start when the startup checks have passed, which then end") {
    World world(kGated);
    CHECK(world.done() == Lines{"spawn main", "settle", "started main", "spawn up"});
    world.end("up", 1, true);
    CHECK(world.done() == Lines{"failed up"});
    world.wait(9s);
    CHECK(world.done().empty());
    world.wait(1s);
    world.end("up", 0, true);
    CHECK(world.done() == Lines{"spawn up", "changed up", "spawn live", "spawn ready"});
    world.end("live", 0, true);
    world.end("ready", 0, true);
    (void)world.done();
    world.wait(10s);
    CHECK(world.done() == Lines{"spawn live", "spawn ready"});
    CHECK_FALSE(world.hook("up").check().due());
  }

  TEST_CASE("a job runs every interval from main's start, and never twice at the same time") {
    World world(kJob);
    (void)world.done();
    CHECK(world.sleeps() == 60s);
    world.wait(60s);
    CHECK(world.done() == Lines{"spawn j", "started j"});
    world.wait(60s);
    CHECK(world.done() == Lines{"skipped j"});
    world.end("j", 0, true);
    CHECK(world.done() == Lines{"done j"});
    world.wait(60s);
    CHECK(world.done() == Lines{"spawn j", "started j"});
    world.end("j", 1, true);
    CHECK(world.done() == Lines{"failed j"});
    world.wait(24h + 30s);
    CHECK(world.done() == Lines{"spawn j", "started j"});
    CHECK(world.sleeps() == 30s);
  }

  TEST_CASE("a job's timeout is TERM, five seconds, KILL") {
    World world(
        R"({"maintenance":[{"id":"j","command":"j","schedule":{"every":"1h"},"timeout":"1s"}]})");
    world.wait(1h);
    (void)world.done();
    world.wait(1s);
    CHECK(world.done() == Lines{"late j", "kill j's group TERM", "kill j's group CONT"});
    world.wait(5s);
    CHECK(world.done() == Lines{"kill j's group KILL"});
    world.end("j", 137, true);
    CHECK(world.done() == Lines{"failed j"});
  }

  TEST_CASE("jobs and checks do not start before main") {
    World world(R"({"steps":[{"id":"a","command":"a","timeout":"1h"}],
      "health":[{"id":"c","command":"c"}],
      "maintenance":[{"id":"j","command":"j","schedule":{"every":"1s"}}]})");
    (void)world.done();
    world.wait(10s);
    CHECK(world.done().empty());
    world.end("a", 0);
    CHECK(world.done() == Lines{"done a", "spawn main", "settle", "started main", "spawn c"});
  }

  TEST_CASE("a stop ends jobs and checks, and none starts any more") {
    World world(R"({"health":[{"id":"c","command":"c","timeout":"1m"}],
      "maintenance":[{"id":"j","command":"j","schedule":{"every":"1s"}}]})");
    world.wait(1s);
    (void)world.done();
    world.signal(SIGTERM);
    CHECK(world.done() == Lines{"stopping TERM", "kill c's group KILL", "kill j's group TERM",
                                "kill j's group CONT"});
    world.end("c", 137, true);
    world.end("j", 143, true);
    CHECK(world.done() == Lines{"kill main TERM", "kill main CONT"});
    world.wait(7s);
    CHECK(world.done().empty());
    world.end("main", 0);
    CHECK(world.done() == Lines{"ended main", "quit 0"});
  }

  TEST_CASE("when main ends by itself, jobs and checks end before the leftovers") {
    World world(R"({"health":[{"id":"c","command":"c","timeout":"1m"}],
      "maintenance":[{"id":"j","command":"j","schedule":{"every":"1s"}}]})");
    world.wait(1s);
    (void)world.done();
    world.end("main", 5, true);
    CHECK(world.done() == Lines{"ended main", "kill c's group KILL", "kill j's group TERM",
                                "kill j's group CONT", "kill all TERM", "kill all CONT"});
    world.end("c", 137, true);
    world.end("j", 0, false);
    CHECK(world.done() == Lines{"quit 5"});
  }
}
