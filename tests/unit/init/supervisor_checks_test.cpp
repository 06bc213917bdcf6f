// What a check that turns unhealthy sets off: nothing, the end of main, or a repair.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace world;
using hooks::Verdict;

namespace {

std::string check(const std::string& on_failure) {
  return R"({"health":[{"id":"c","kind":"liveness","command":"c","interval":"10s","timeout":"2s",
             "failureThreshold":2,"startPeriod":"0","onFailure":)" +
         on_failure + "}]}";
}

const std::string kRun = R"({"action":"run","step":{"command":"/fix"}})";
const std::string kRunThen = R"({"action":"run","step":{"command":"/fix"},"then":"terminate"})";

/// Two failures in a row: the check has just turned unhealthy.
void turn_unhealthy(World& world) {
  world.end("c", 1, true);
  world.wait(10s);
  (void)world.done();
  world.end("c", 1, true);
}

}  // namespace

TEST_SUITE("init/supervisor_checks") {
  TEST_CASE("without onFailure a check that turns unhealthy ends nothing") {
    World world(check("\"none\""));
    turn_unhealthy(world);
    CHECK(world.done() == Lines{"changed c"});
    CHECK(world.supervisor.phase() == Phase::running);
  }

  TEST_CASE("terminate stops main as a stop signal would, and the code is 81") {
    for (const int code : {0, 1, 143}) {
      World world(check("\"terminate\""));
      turn_unhealthy(world);
      CHECK(world.done() == Lines{"changed c", "terminates c", "kill main TERM", "kill main CONT"});
      CHECK(world.sleeps() == 8s);
      world.end("main", code);
      CHECK(world.done() == Lines{"ended main", "quit 81"});
      REQUIRE(world.quit);
      CHECK(world.quit->reason == Reason::unhealthy);
      CHECK(world.quit->hook == &world.hook("c"));
    }
  }

  TEST_CASE("a main that does not end is killed when the grace is over, and the code stays 81") {
    World world(check("\"terminate\""));
    turn_unhealthy(world);
    (void)world.done();
    world.wait(8s);
    CHECK(world.done() == Lines{"grace over main", "kill main KILL"});
    world.end("main", 137);
    CHECK(world.quit->code == 81);
  }

  TEST_CASE("a stop signal after the check ended main is forwarded, and buys no new grace") {
    World world(check("\"terminate\""));
    turn_unhealthy(world);
    world.wait(5s);
    (void)world.done();
    world.signal(SIGTERM);
    CHECK(world.done() == Lines{"kill main TERM", "kill main CONT"});
    CHECK(world.sleeps() == 3s);
    world.end("main", 0);
    CHECK(world.quit->code == 81);
  }

  TEST_CASE("a check that fails after a stop signal ends nothing") {
    World world(check("\"terminate\""));
    world.end("c", 1, true);
    world.wait(10s);
    world.signal(SIGTERM);
    (void)world.done();
    world.end("c", 1, true);
    world.end("main", 0);
    CHECK(world.quit->code == 0);
  }

  TEST_CASE("terminate sends what the config says main gets for SIGTERM") {
    Rules rules = rules_of();
    rules.rewrites[SIGTERM] = SIGINT;
    World world(check("\"terminate\""), rules);
    turn_unhealthy(world);
    CHECK(world.done().at(2) == "kill main INT");
  }

  TEST_CASE("a repair runs once per turn to unhealthy, and the check again right after it") {
    World world(check(kRun));
    turn_unhealthy(world);
    CHECK(world.done() == Lines{"changed c", "repairs c", "spawn c.repair"});
    world.end("c.repair", 0, true);
    CHECK(world.done() == Lines{"repaired c", "spawn c"});
    world.end("c", 1, true);
    CHECK(world.done() == Lines{"failed c"});
    world.wait(10s);
    world.end("c", 0, true);
    CHECK(world.done() == Lines{"spawn c", "changed c"});
    world.wait(10s);
    turn_unhealthy(world);
    CHECK(world.done() == Lines{"changed c", "repairs c", "spawn c.repair"});
  }

  TEST_CASE("a repair that fails is said, and changes nothing else") {
    World world(check(kRun));
    turn_unhealthy(world);
    (void)world.done();
    world.end("c.repair", 1, true);
    CHECK(world.done() == Lines{"not repaired c", "spawn c"});
  }

  TEST_CASE("then terminate ends main only if the check fails again after the repair") {
    World helped(check(kRunThen));
    turn_unhealthy(helped);
    helped.end("c.repair", 0, true);
    (void)helped.done();
    helped.end("c", 0, true);
    CHECK(helped.done() == Lines{"changed c"});

    World useless(check(kRunThen));
    turn_unhealthy(useless);
    useless.wait(10s);
    useless.end("c", 1, true);  // while the repair is at work it is not judged
    (void)useless.done();
    useless.end("c.repair", 1, true);
    (void)useless.done();
    useless.end("c", 1, true);
    CHECK(useless.done() == Lines{"failed c", "terminates c", "kill main TERM", "kill main CONT"});
    useless.end("main", 0);
    CHECK(useless.quit->code == 81);
  }

  TEST_CASE("a repair is ended with the container") {
    World world(check(kRun));
    turn_unhealthy(world);
    (void)world.done();
    world.signal(SIGTERM);
    CHECK(world.done() == Lines{"stopping TERM", "kill c.repair's group TERM",
                                "kill c.repair's group CONT", "kill main TERM", "kill main CONT"});
    world.end("c.repair", 143, true);
    world.end("main", 0);
    CHECK(world.quit->code == 0);
  }
}
