// Stops that are not only about main: jobs that run, a container that pauses, and --init-only.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace world;

namespace {

constexpr const char* kStoppedJob =
    R"({"maintenance":[{"id":"j","command":"j","schedule":{"every":"1s"}}]})";
constexpr const char* kAfterMain = R"({"maintenance":[
  {"id":"j","command":"j","schedule":{"every":"1s"},"afterMain":true}]})";
constexpr const char* kPause = R"({"main":{"pause":true},
  "maintenance":[{"id":"j","command":"j","schedule":{"every":"1h"}}],
  "shutdown":{"before":[{"id":"b","command":"b"}],"after":[{"id":"a","command":"a"}]}})";

/// Main runs, and nothing that led there is left to look at.
struct StartedJobs : World {
  explicit StartedJobs(std::string_view config) : World(config) { (void)done(); }
};

}  // namespace

TEST_SUITE("init/supervisor_stop") {
  TEST_CASE("main waits for the jobs, but no longer than a quarter of the total grace") {
    StartedJobs world(kStoppedJob);
    world.wait(1s);
    (void)world.done();
    world.signal(SIGTERM);
    CHECK(world.done() == Lines{"stopping TERM", "kill j's group TERM", "kill j's group CONT"});
    CHECK(world.sleeps() == 2250ms);
    world.wait(2250ms);
    CHECK(world.done() == Lines{"kill main TERM", "kill main CONT"});
    world.wait(2750ms);
    CHECK(world.done() == Lines{"kill j's group KILL"});
    world.end("j", 137, true);
    CHECK(world.sleeps() == 4s);
    world.end("main", 0);
    CHECK(world.done() == Lines{"ended main", "quit 0"});
  }

  TEST_CASE("a job may go on until main has ended") {
    StartedJobs world(kAfterMain);
    world.wait(1s);
    (void)world.done();
    world.signal(SIGTERM);
    CHECK(world.done() == Lines{"stopping TERM", "kill main TERM", "kill main CONT"});
    world.end("main", 0, true);
    CHECK(world.done() == Lines{"ended main", "kill j's group TERM", "kill j's group CONT",
                                "kill all TERM", "kill all CONT"});
    world.end("j", 143);
    CHECK(world.done() == Lines{"failed j", "quit 0"});
    StartedJobs quick(kAfterMain);
    quick.wait(1s);
    quick.signal(SIGTERM);
    (void)quick.done();
    quick.end("j", 0, true);
    CHECK(quick.done() == Lines{"done j"});
    quick.wait(2s);
    CHECK(quick.done().empty());
  }

  TEST_CASE("when main has ended by itself the total grace counts from its end") {
    World world(R"({"shutdown":{"after":[{"id":"a","command":"a"}]}})", rules_of(1s, 2s));
    world.end("main", 7, true);
    world.wait(1s);
    (void)world.done();
    CHECK(world.sleeps() == 1s);
    world.signal(SIGTERM);  // no new bound
    CHECK(world.sleeps() == 1s);
    world.wait(1s);
    CHECK(world.done() == Lines{"cut a", "kill a's group TERM", "kill a's group CONT",
                                "kill a's group KILL", "kill all TERM", "kill all CONT",
                                "killing leftovers main", "kill all KILL"});
  }

  TEST_CASE("fallbacks of fallbacks without end are told one by one") {
    std::string step = R"({"command":"f"})";
    for (int depth = 0; depth < 20; ++depth) {
      step = R"({"command":"f","onFailure":{"action":"fallback","step":)" + step + "}}";
    }
    World world(
        fmt::format(R"({{"maintenance":[{{"id":"j","command":"j","schedule":{{"every":"1s"}},
      "onFailure":{{"action":"fallback","step":{}}}}}]}})",
                    step));
    world.wait(1s);
    (void)world.done();
    std::string id = "j";
    for (int depth = 0; depth < 21; ++depth) {
      world.end(id, 1, true);
      CHECK(world.done() == Lines{"falls back " + id, "spawn " + id + ".fallback"});
      id += ".fallback";
    }
    world.end(id, 1, true);
    CHECK(world.done() == Lines{"fallback failed " + id, "failed j"});
  }

  TEST_CASE("a container that pauses has checks and jobs, and ends when it is stopped") {
    Rules rules = rules_of();
    rules.pauses = true;
    World world(kPause, rules);
    CHECK(world.done() == Lines{"settle"});
    CHECK(world.supervisor.phase() == Phase::running);
    world.wait(1h);
    CHECK(world.done() == Lines{"spawn j", "started j"});
    world.end("j", 0);
    (void)world.done();
    world.signal(SIGHUP);
    CHECK(world.done().empty());
    world.signal(SIGTERM);
    CHECK(world.done() == Lines{"stopping TERM", "spawn b", "started b"});
    world.end("b", 0);
    CHECK(world.done() == Lines{"done b", "spawn a", "started a"});
    world.end("a", 0);
    CHECK(world.done() == Lines{"done a", "quit 0"});
  }

  TEST_CASE("--init-only ends when the steps are done, or with the one that failed") {
    Rules rules = rules_of();
    rules.ends_after_init = true;
    World good(R"({"steps":[{"id":"s","command":"s"}],"main":{"command":"m"}})", rules);
    good.end("s", 0);
    CHECK(good.done() == Lines{"spawn s", "started s", "done s", "quit 0"});
    World bad(R"({"steps":[{"id":"s","command":"s"}]})", rules);
    bad.end("s", 1);
    CHECK(bad.done() == Lines{"spawn s", "started s", "failed s", "quit 80"});
    World stopped(R"({"steps":[{"id":"s","command":"s"}]})", rules);
    stopped.signal(SIGTERM);
    stopped.end("s", 143);
    CHECK(stopped.quit->code == 143);
  }
}
