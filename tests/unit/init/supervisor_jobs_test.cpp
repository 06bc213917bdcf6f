// Jobs: policies, requests, and what is remembered of how they ended.
#include <doctest/doctest.h>

#include <array>

#include "jobs.hpp"

using namespace world;

TEST_SUITE("init/supervisor_jobs") {
  TEST_CASE("a job that overlaps runs as often as it is due, eight times at most") {
    Started world(job(R"("concurrencyPolicy":"Allow")"));
    for (std::size_t run = 0; run < kMostRuns; ++run) {
      world.wait(10s);
      CHECK(world.done() == Lines{"spawn j", "started j"});
    }
    world.wait(10s);
    CHECK(world.done() == Lines{"skipped j"});
    world.end("j", 0, true);
    CHECK(world.done() == Lines{"done j"});
    world.note(ChildGone{world.further_pid("j"), 3, 0});
    CHECK(world.done() == Lines{"failed j"});
    world.wait(10s);
    CHECK(world.done() == Lines{"spawn j", "started j"});
    world.signal(SIGTERM);
    CHECK(world.done().size() == 1 + 2 * (kMostRuns - 1));
  }

  TEST_CASE("a job that overlaps has a fallback for each run") {
    Started world(job(R"("concurrencyPolicy":"Allow",
      "onFailure":{"action":"fallback","step":{"id":"f","command":"f"}})"));
    world.wait(10s);
    world.wait(10s);
    (void)world.done();
    world.end("j", 1, true);
    world.note(ChildGone{world.further_pid("j"), 1, 0});
    CHECK(world.done() == Lines{"falls back j", "spawn f", "falls back j", "spawn f"});
  }

  TEST_CASE("a job that replaces its last run stops it first") {
    Started world(job(R"("concurrencyPolicy":"Replace","retries":3)"));
    world.wait(10s);
    (void)world.done();
    world.wait(10s);
    CHECK(world.done() == Lines{"kill j's group TERM", "kill j's group CONT"});
    world.wait(5s);
    CHECK(world.done() == Lines{"kill j's group KILL"});
    world.end("j", 137, true);
    CHECK(world.done() == Lines{"replaced j", "spawn j", "started j"});
    CHECK(world.job().streak == 0);
    world.end("j", 1, true);
    (void)world.done();
    world.end("main", 0, true);
    CHECK(world.done() == Lines{"ended main", "kill all TERM", "kill all CONT"});
  }

  TEST_CASE("a job that replaces ends the back-off and the fallback of its last run") {
    Started waits(job(R"("concurrencyPolicy":"Replace","retries":3,
      "backoff":{"type":"constant","initial":"1h","max":"1h"})"));
    waits.wait(10s);
    waits.end("j", 1, true);
    (void)waits.done();
    waits.wait(10s);
    CHECK(waits.done() == Lines{"replaced j", "spawn j", "started j"});
    Started falls(job(R"("concurrencyPolicy":"Replace",
      "onFailure":{"action":"fallback","step":{"id":"f","command":"f"}})"));
    falls.wait(10s);
    falls.end("j", 1, true);
    (void)falls.done();
    falls.wait(10s);
    CHECK(falls.done() == Lines{"kill f's group TERM", "kill f's group CONT"});
    falls.end("f", 143, true);
    CHECK(falls.done() == Lines{"replaced j", "spawn j", "started j"});
  }

  TEST_CASE("a run that is due waits for the last one until its starting deadline") {
    Started world(job(R"("startingDeadline":"4s")"));
    world.wait(10s);
    (void)world.done();
    world.wait(10s);
    CHECK(world.done().empty());
    world.wait(3s);
    world.end("j", 0, true);
    CHECK(world.done() == Lines{"done j", "spawn j", "started j"});
    world.wait(7s);
    CHECK(world.done().empty());
    world.wait(4s);
    CHECK(world.done() == Lines{"skipped j"});
  }

  TEST_CASE("a slot that was slept through is run only within its starting deadline") {
    Started late(job(R"("startingDeadline":"2s")"));
    late.wait(24h + 5s);
    CHECK(late.done() == Lines{"missed j"});
    CHECK(late.sleeps() == 5s);
    Started just(job(R"("startingDeadline":"2s")"));
    just.wait(24h + 1s);
    CHECK(just.done() == Lines{"spawn j", "started j"});
    Started cron(R"({"maintenance":[{"id":"j","command":"j","schedule":"0 * * * *",
      "startingDeadline":"10m"}]})");
    cron.wait(72h + 11min);
    CHECK(cron.done() == Lines{"missed j"});
    cron.wait(48h + 54min);
    CHECK(cron.done() == Lines{"spawn j", "started j"});
  }

  TEST_CASE("a job may run once when main has started, and then at its slots") {
    World world(job(R"("runOnStart":true)"));
    CHECK(world.done() == Lines{"spawn main", "settle", "started main", "spawn j", "started j"});
    world.end("j", 0, true);
    world.wait(10s);
    CHECK(world.done() == Lines{"done j", "spawn j", "started j"});
  }

  TEST_CASE("a job without a schedule runs once when main has started, and when it is asked for") {
    World world(R"({"maintenance":[{"id":"j","command":"j","runOnStart":true}]})");
    CHECK(world.done() == Lines{"spawn main", "settle", "started main", "spawn j", "started j"});
    world.end("j", 0, true);
    CHECK(world.done() == Lines{"done j"});
    world.wait(72h);
    CHECK(world.done().empty());
    CHECK(world.sleeps() < 0s);
    world.note(JobAsked{&world.hook("j"), 5});
    CHECK(world.done() == Lines{"spawn j", "started j"});
    world.end("j", 0, true);
    CHECK(world.done() == Lines{"answer 5 j done", "done j"});
  }

  TEST_CASE("a job runs only while it is ready, or healthy") {
    for (const char* word : {"ready", "healthy"}) {
      Started world(ready_check(fmt::format(R"("when":"{}")", word)));
      world.wait(10s);
      CHECK(world.done() == Lines{"not now j"});
      world.end("c", 0, true);
      (void)world.done();
      world.wait(10s);
      CHECK(world.done() == Lines{"spawn j", "started j"});
    }
  }

  TEST_CASE("main that has not said READY=1 is not ready for a job") {
    Started world(job(R"("when":"ready")"));
    world.note(MainSpoke{hooks::MainSays::starting});
    world.wait(10s);
    CHECK(world.done() == Lines{"not now j"});
    world.note(MainSpoke{hooks::MainSays::ready});
    world.wait(10s);
    CHECK(world.done() == Lines{"spawn j", "started j"});
  }

  TEST_CASE("with a starting deadline a job waits for what it needs") {
    Started world(ready_check(R"("when":"ready","startingDeadline":"5s")"));
    world.wait(10s);
    CHECK(world.done().empty());
    world.wait(3s);
    world.end("c", 0, true);
    CHECK(world.done() == Lines{"changed c", "spawn j", "started j"});
  }

  TEST_CASE("a run on start waits for what the job needs, however long that takes") {
    Started world(ready_check(R"("when":"ready","runOnStart":true)"));
    world.wait(7s);
    CHECK(world.done().empty());
    world.end("c", 0, true);
    CHECK(world.done() == Lines{"changed c", "spawn j", "started j"});
  }

  TEST_CASE("what is known before the start is asked once, files are the child's to see") {
    struct Row {
      const char* when;
      Lines lines;
    };
    const Row rows[] = {
        {R"({"imageMode":"layered"})", {"spawn j", "started j"}},
        {R"({"imageMode":"prebuilt"})", {"not now j"}},
        {R"({"not":{"imageMode":"prebuilt"},"environment":"A"})", {"spawn j", "started j"}},
        {R"({"healthy":true,"ready":false})", {"not now j"}},
        {R"({"any":["ready",{"imageMode":"prebuilt"}]})", {"spawn j", "started j"}},
        {R"({"fileExists":"/a"})", {"spawn j", "started j"}},
        {R"({"fileExists":"/a","ready":false})", {"not now j"}},
    };
    for (const Row& row : rows) {
      Rules rules = rules_of();
      rules.known_leaf = [](const config::Hook&,
                            const config::Condition& leaf) -> std::optional<bool> {
        using Type = config::Condition::Type;
        if (leaf.type == Type::variable) return true;
        if (leaf.type != Type::image_mode) return std::nullopt;
        return leaf.image_mode == config::ImageMode::layered;
      };
      Started world(job(fmt::format(R"("when":{})", row.when)), rules);
      world.wait(10s);
      CHECK_MESSAGE(world.done() == row.lines, row.when);
    }
    Started skipped(job(R"("when":{"fileExists":"/a"})"));
    skipped.wait(10s);
    (void)skipped.done();
    skipped.note(ChildGone{skipped.pid_of("j"), 0, 0, {}, true});
    CHECK(skipped.done() == Lines{"not now j"});
    CHECK(skipped.job().streak == 0);
  }

  TEST_CASE("who asks for a job gets its end, whatever the schedule and \"when\" say") {
    Started world(job(R"("when":{"ready":false},"retries":1)"));
    world.note(JobAsked{&world.hook("j"), 5});
    CHECK(world.done() == Lines{"spawn j", "started j"});
    world.end("j", 3, true);
    CHECK(world.done() == Lines{"retried j"});
    world.wait(1s);
    world.end("j", 0, true);
    CHECK(world.done() == Lines{"spawn j", "answer 5 j done", "done j"});
    world.note(JobAsked{&world.hook("j"), 6});
    world.note(JobAsked{&world.hook("j"), 7});
    CHECK(world.done() == Lines{"spawn j", "started j", "answer 7 j busy"});
    world.end("j", 3, true);
    world.wait(1s);
    world.end("j", 3, true);
    CHECK(world.done() == Lines{"retried j", "spawn j", "answer 6 j failed", "failed j"});
  }

  TEST_CASE("a job that is asked for while it runs replaces itself, if that is its policy") {
    Started world(job(R"("concurrencyPolicy":"Replace")"));
    world.note(JobAsked{&world.hook("j"), 1});
    world.note(JobAsked{&world.hook("j"), 2});
    world.note(JobAsked{&world.hook("j"), 3});
    CHECK(world.done() == Lines{"spawn j", "started j", "kill j's group TERM",
                                "kill j's group CONT", "answer 3 j busy"});
    world.end("j", 143, true);
    CHECK(world.done() == Lines{"answer 1 j failed", "replaced j", "spawn j", "started j"});
    world.end("j", 0, true);
    CHECK(world.done() == Lines{"answer 2 j done", "done j"});
  }

  TEST_CASE("nobody waits for a job that the stop ends, or keeps from running") {
    Started world(job(R"("concurrencyPolicy":"Replace")"));
    world.note(JobAsked{&world.hook("j"), 1});
    world.note(JobAsked{&world.hook("j"), 2});
    (void)world.done();
    world.signal(SIGTERM);
    CHECK(world.done() == Lines{"stopping TERM", "answer 2 j stopping"});
    world.note(JobAsked{&world.hook("j"), 3});
    CHECK(world.done() == Lines{"answer 3 j stopping"});
    world.end("j", 143, true);
    CHECK(world.done() == Lines{"answer 1 j failed", "kill main TERM", "kill main CONT"});
    World early(R"({"steps":[{"id":"s","command":"s"}],
      "maintenance":[{"id":"j","command":"j","schedule":{"every":"1s"}}]})");
    (void)early.done();
    early.note(JobAsked{&early.hook("j"), 4});
    CHECK(early.done() == Lines{"answer 4 j not running"});
    Started backing_off(job(R"("retries":3)"));
    backing_off.note(JobAsked{&backing_off.hook("j"), 5});
    backing_off.end("j", 1, true);
    (void)backing_off.done();
    backing_off.signal(SIGTERM);
    CHECK(backing_off.done() ==
          Lines{"stopping TERM", "answer 5 j failed", "kill main TERM", "kill main CONT"});
  }

  TEST_CASE("the results of a job are counted in a row") {
    Started world(job(R"("successExitCodes":[0,9])"));
    const std::array<std::pair<int, int>, 6> rows{{{0, 1}, {9, 2}, {1, 1}, {2, 2}, {3, 3}, {0, 1}}};
    for (const auto& [code, streak] : rows) {
      world.wait(10s);
      world.end("j", code, true);
      CHECK(world.job().streak == streak);
      CHECK(world.job().last_succeeded == (code == 0 || code == 9));
      CHECK(world.job().last_code == code);
    }
  }

  TEST_CASE("containers of a fleet put the same slot off by different times, each by the same") {
    const std::string config = job(R"("jitter":"8s")");
    std::vector<Duration> waits;
    for (const char* host : {"one", "two", "three", "four", "one"}) {
      Rules rules = rules_of();
      rules.host = host;
      waits.push_back(Started(config, rules).sleeps());
      CHECK(waits.back() >= 10s);
      CHECK(waits.back() <= 18s);
    }
    CHECK(waits.front() == waits.back());
    CHECK(waits[0] != waits[1]);
    CHECK(waits[1] != waits[2]);
  }
}
