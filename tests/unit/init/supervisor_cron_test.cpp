// Jobs that are due at wall times, under a clock that somebody sets.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace world;

namespace {

// The worlds begin 1000 hours after 1970, at 16:00:00.
constexpr const char* kHourly =
    R"({"maintenance":[{"id":"j","command":"j","schedule":"0 * * * *"}]})";
constexpr const char* kEachMinute =
    R"({"maintenance":[{"id":"j","command":"j","schedule":"* * * * *"}]})";

}  // namespace

TEST_SUITE("init/supervisor_cron") {
  TEST_CASE("a job runs at its slots, but not at one that is right at main's start") {
    World world(kHourly);
    CHECK(world.done() == Lines{"spawn main", "settle", "started main"});
    CHECK(world.sleeps() == 1h);
    world.wait(1h);
    CHECK(world.done() == Lines{"spawn j", "started j"});
    world.end("j", 0, true);
    CHECK(world.done() == Lines{"done j"});
    CHECK(world.sleeps() == 1h);
  }

  TEST_CASE("slots are wall time, which is told before main starts") {
    World world(R"({"steps":[{"id":"a","command":"a","timeout":"9h"}],
      "maintenance":[{"id":"j","command":"j","schedule":"0 * * * *"}]})");
    world.note(ClockChanged{20min});
    world.wait(2h + 10min);
    (void)world.done();
    world.end("a", 0);
    CHECK(world.done() == Lines{"done a", "spawn main", "settle", "started main"});
    CHECK(world.sleeps() == 30min);
  }

  TEST_CASE("a job that outlives its interval leaves slots out") {
    World world(kHourly);
    world.wait(1h);
    (void)world.done();
    world.wait(1h);
    CHECK(world.done() == Lines{"skipped j"});
    CHECK(world.sleeps() == 1h);
    world.end("j", 0, true);
    CHECK(world.done() == Lines{"done j"});
    world.wait(1h);
    CHECK(world.done() == Lines{"spawn j", "started j"});
  }

  TEST_CASE("a clock that is set forward by a day is one run, and then the next slot") {
    World world(kEachMinute);
    (void)world.done();
    world.note(ClockChanged{24h});
    CHECK(world.done() == Lines{"spawn j", "started j"});
    world.end("j", 0, true);
    (void)world.done();
    CHECK(world.sleeps() == 1min);
  }

  TEST_CASE("a clock that is set back by a day is no second run of any slot") {
    World world(kEachMinute);
    world.wait(1min);
    world.end("j", 0, true);
    (void)world.done();
    world.note(ClockChanged{-24h});
    CHECK(world.done().empty());
    CHECK(world.sleeps() == 24h + 1min);
    world.wait(24h + 1min);
    CHECK(world.done() == Lines{"spawn j", "started j"});
  }

  TEST_CASE("a clock that swings while a job runs is told as one slot that is left out") {
    World world(kEachMinute);
    world.wait(1min);
    (void)world.done();
    for (int i = 0; i < 50; ++i) {
      world.note(ClockChanged{24h});
      world.note(ClockChanged{0h});
    }
    CHECK(world.done() == Lines{"skipped j"});
  }

  TEST_CASE("a machine that slept for three days takes the slots it missed as one run") {
    World world(kEachMinute);
    (void)world.done();
    world.wait(72h);
    CHECK(world.done() == Lines{"spawn j", "started j"});
    world.end("j", 0, true);
    CHECK(world.sleeps() == 1min);
  }

  TEST_CASE("of jobs that are not due none is looked at before the first one's slot") {
    std::string jobs;
    for (int i = 0; i < 200; ++i) {
      jobs += fmt::format(R"({}{{"id":"j{}","command":"j","schedule":"{} {} * * *"}})",
                          i == 0 ? "" : ",", i, i % 60, i % 12);
    }
    World world(fmt::format(R"({{"maintenance":[{}]}})", jobs));
    (void)world.done();
    CHECK(world.sleeps() == 8h);
    world.wait(8h - 1ms);
    CHECK(world.done().empty());
    CHECK(world.sleeps() == 1ms);
  }

  TEST_CASE("a clock that is set while the container stops starts nothing") {
    World world(kEachMinute);
    world.signal(SIGTERM);
    (void)world.done();
    world.note(ClockChanged{24h});
    CHECK(world.done().empty());
    world.end("main", 0);
    world.note(ClockChanged{48h});
    CHECK(world.done() == Lines{"ended main", "quit 0"});
  }
}
