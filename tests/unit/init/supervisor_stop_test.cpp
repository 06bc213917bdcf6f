// The stop: jobs, the steps before main's stop signal, main, the steps after it, each within
// bounds.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace world;

namespace {

constexpr const char* kBoth = R"({"shutdown":{
  "before":[{"id":"b1","command":"b","timeout":"3s"},{"id":"b2","command":"b"}],
  "after":[{"id":"a1","command":"a"}]}})";
constexpr const char* kBefore = R"({"shutdown":{"before":[{"id":"b","command":"b"}]}})";
constexpr const char* kAfter = R"({"shutdown":{"after":[{"id":"a","command":"a"}]}})";

/// Main runs, and nothing that led there is left to look at.
struct StartedStop : World {
  explicit StartedStop(std::string_view config, Rules rules = rules_of())
      : World(config, std::move(rules)) {
    (void)done();
  }
};

}  // namespace

TEST_SUITE("init/supervisor_stop") {
  TEST_CASE("steps run before main's stop signal and after its end, in order") {
    StartedStop world(kBoth);
    world.signal(SIGTERM);
    CHECK(world.done() == Lines{"stopping TERM", "spawn b1", "started b1"});
    world.end("b1", 0, true);
    CHECK(world.done() == Lines{"done b1", "spawn b2", "started b2"});
    world.end("b2", 0, true);
    CHECK(world.done() == Lines{"done b2", "kill main TERM", "kill main CONT"});
    world.end("main", 7);
    CHECK(world.done() == Lines{"ended main", "spawn a1", "started a1"});
    world.end("a1", 1);
    CHECK(world.done() == Lines{"went on a1", "quit 7"});
  }

  TEST_CASE("main gets the signal that stopped the container") {
    StartedStop world(kBefore);
    world.signal(SIGINT);
    (void)world.done();
    world.end("b", 0, true);
    CHECK(world.done() == Lines{"done b", "kill main INT", "kill main CONT"});
  }

  TEST_CASE("other signals reach main while the steps before its stop run") {
    StartedStop world(kBefore);
    world.signal(SIGTERM);
    (void)world.done();
    world.signal(SIGHUP);
    CHECK(world.done() == Lines{"kill main HUP"});
  }

  TEST_CASE("a step that fails, or cannot be forked, changes no code and holds nothing up") {
    StartedStop world(kBoth);
    world.signal(SIGTERM);
    world.end("b1", 3, true);
    world.can_fork = false;
    world.end("main", 0, true);
    CHECK(world.done() == Lines{"stopping TERM", "spawn b1", "started b1", "went on b1", "spawn b2",
                                "started b2", "ended main", "cut b2", "kill b2's group TERM",
                                "kill b2's group CONT", "spawn a1", "started a1", "went on a1",
                                "kill all TERM", "kill all CONT"});
    world.end("b2", 143);
    CHECK(world.done() == Lines{"quit 0"});
  }

  TEST_CASE("a step's timeout, its retries and its fallback are its own") {
    StartedStop world(R"({"shutdown":{"totalGracePeriod":"60s","before":[{"id":"b","command":"b",
      "timeout":"1s","retries":1,"onFailure":{"action":"fallback","step":{"id":"f","command":"f"}}}]}})",
                      rules_of(8s, 60s));
    world.signal(SIGTERM);
    world.wait(1s);
    CHECK(world.done() == Lines{"stopping TERM", "spawn b", "started b", "late b",
                                "kill b's group TERM", "kill b's group CONT"});
    world.end("b", 143, true);
    world.wait(1s);
    CHECK(world.done() == Lines{"retried b", "spawn b"});
    world.end("b", 1, true);
    CHECK(world.done() == Lines{"falls back b", "spawn f"});
    world.end("f", 0, true);
    CHECK(world.done() == Lines{"fell back b", "kill main TERM", "kill main CONT"});
  }

  TEST_CASE("the steps before leave a quarter of the total grace to main") {
    StartedStop world(kBefore);
    world.signal(SIGTERM);
    (void)world.done();
    CHECK(world.sleeps() == 6750ms);
    world.wait(6750ms);
    CHECK(world.done() == Lines{"kill main TERM", "kill main CONT", "cut b", "kill b's group TERM",
                                "kill b's group CONT"});
    world.end("b", 143, true);
    CHECK(world.sleeps() == 2250ms);
    world.wait(2250ms);
    CHECK(world.done() == Lines{"grace over main", "kill main KILL"});
    world.end("main", 137);
    CHECK(world.done() == Lines{"ended main", "quit 137"});
  }

  TEST_CASE("a main that even SIGKILL does not end is not waited for") {
    StartedStop world(kAfter);
    world.signal(SIGTERM);
    world.wait(7875ms);
    CHECK(world.done() == Lines{"stopping TERM", "kill main TERM", "kill main CONT",
                                "grace over main", "kill main KILL"});
    CHECK(world.sleeps() == 2s);
    world.wait(2s);
    CHECK(world.done() == Lines{"outlived main", "skipped a"});
    world.reaped(true);
    CHECK(world.done() ==
          Lines{"kill all TERM", "kill all CONT", "killing leftovers main", "kill all KILL"});
    world.wait(2s);
    CHECK(world.done() == Lines{"quit 137"});
  }

  TEST_CASE("a step of init that even SIGKILL does not end is not waited for") {
    StartedStop world(R"({"steps":[{"id":"s","command":"s"}]})");
    world.signal(SIGTERM);
    world.wait(5s);
    CHECK(world.done() == Lines{"stopping TERM", "kill s's group TERM", "kill s's group CONT",
                                "kill s's group KILL"});
    world.wait(2s);
    CHECK(world.done() == Lines{"outlived s"});
    world.reaped(true);
    CHECK(world.done() == Lines{"kill all TERM", "kill all CONT"});
  }

  TEST_CASE("while the container runs, what outlives SIGKILL is still waited for") {
    StartedStop world(R"({"health":[{"id":"c","command":"c","timeout":"1s","interval":"1s"}]})");
    world.wait(1s);
    CHECK(world.done() == Lines{"late c", "kill c's group KILL"});
    world.wait(10s);
    CHECK(world.done() == Lines{});
    CHECK(world.sleeps() < 0ms);
  }

  TEST_CASE("a grace period that is shorter leaves more to the steps before") {
    StartedStop world(kBefore, rules_of(1s, 9s));
    world.signal(SIGTERM);
    CHECK(world.sleeps() == 8s);
  }

  TEST_CASE("main leaves an eighth of the total grace to the steps after it") {
    StartedStop world(kAfter);
    world.signal(SIGTERM);
    (void)world.done();
    CHECK(world.sleeps() == 7875ms);
    world.wait(7875ms);
    CHECK(world.done() == Lines{"grace over main", "kill main KILL"});
    world.end("main", 137, true);
    CHECK(world.done() == Lines{"ended main", "spawn a", "started a"});
    CHECK(world.sleeps() == 1125ms);
    world.wait(1125ms);
    CHECK(world.done() == Lines{"cut a", "kill a's group TERM", "kill a's group CONT",
                                "kill a's group KILL", "kill all TERM", "kill all CONT",
                                "killing leftovers main", "kill all KILL"});
    world.end("a", 137);
    CHECK(world.done() == Lines{"quit 137"});
  }

  TEST_CASE("what there is no time left for is skipped, and said") {
    StartedStop world(kBoth);
    world.signal(SIGTERM);
    (void)world.done();
    world.wait(3s);
    CHECK(world.done() == Lines{"late b1", "kill b1's group TERM", "kill b1's group CONT"});
    world.wait(2625ms);
    CHECK(world.done() == Lines{"skipped b2", "kill main TERM", "kill main CONT"});
  }

  TEST_CASE("without an end of the total grace nothing is cut short but by its own timeout") {
    StartedStop world(kBoth, rules_of(8s, {}));
    world.signal(SIGTERM);
    world.end("b1", 0, true);
    (void)world.done();
    CHECK(world.sleeps() == Duration(-1));
    world.wait(1h);
    world.end("b2", 0, true);
    CHECK(world.done() == Lines{"done b2", "kill main TERM", "kill main CONT"});
    CHECK(world.sleeps() == 8s);
  }

  TEST_CASE("a second stop signal ends the steps before, and starts no new grace") {
    StartedStop world(kBoth);
    world.signal(SIGTERM);
    (void)world.done();
    world.wait(1s);
    world.signal(SIGINT);
    CHECK(world.done() == Lines{"kill main INT", "kill main CONT", "skipped b2", "cut b1",
                                "kill b1's group TERM", "kill b1's group CONT"});
    CHECK(world.sleeps() == 5s);  // b1's kill delay
    world.end("b1", 143, true);
    CHECK(world.done().empty());
    CHECK(world.sleeps() == 6875ms);
    world.signal(SIGTERM);
    CHECK(world.done() == Lines{"kill main TERM", "kill main CONT"});
    CHECK(world.sleeps() == 6875ms);
  }

  TEST_CASE("a second stop signal ends back-offs") {
    StartedStop world(R"({"shutdown":{"before":[{"id":"b","command":"b","retries":9,
      "backoff":{"type":"constant","initial":"5s"}}]}})");
    world.signal(SIGTERM);
    world.end("b", 1, true);
    (void)world.done();
    world.signal(SIGTERM);
    CHECK(world.done() == Lines{"kill main TERM", "kill main CONT", "cut b"});
  }

  TEST_CASE("a step that there is no time left for is not tried again") {
    constexpr const char* kAgain = R"({"shutdown":{"before":[{"id":"b","command":"b","retries":1,
      "onFailure":{"action":"fallback","step":{"id":"f","command":"f"}}}]}})";
    const Lines cut{"kill main TERM", "kill main CONT", "cut b"};
    StartedStop hurried(kAgain);
    hurried.signal(SIGTERM);
    hurried.end("b", 1, true);
    (void)hurried.done();
    hurried.now += 1s;
    hurried.signal(SIGTERM);
    CHECK(hurried.done() == cut);
    StartedStop late(kAgain);
    late.signal(SIGTERM);
    late.wait(5750ms);
    late.end("b", 1, true);
    CHECK(late.done() == Lines{"stopping TERM", "spawn b", "started b", "retried b"});
    late.wait(1s);
    CHECK(late.done() == cut);
    StartedStop failed(kAgain);
    failed.signal(SIGTERM);
    (void)failed.done();
    failed.now += 6750ms;
    failed.end("b", 1, true);
    CHECK(failed.done() == Lines{"went on b", "kill main TERM", "kill main CONT"});
  }

  TEST_CASE("what was being ended before the stop signal has no more than the total grace") {
    World world(R"({"steps":[{"id":"s","command":"s","timeout":"2s"}]})", rules_of(1s, 3s));
    world.wait(2s);
    world.signal(SIGTERM);
    (void)world.done();
    CHECK(world.sleeps() == 3s);
    world.wait(3s);
    CHECK(world.done() == Lines{"kill s's group KILL"});
  }

  TEST_CASE("a further stop signal ends the steps after main as well") {
    StartedStop world(
        R"({"shutdown":{"after":[{"id":"a","command":"a"},{"id":"z","command":"z"}]}})");
    world.signal(SIGTERM);
    world.end("main", 3, true);
    (void)world.done();
    world.signal(SIGTERM);
    CHECK(world.done() == Lines{"skipped z", "cut a", "kill a's group TERM", "kill a's group CONT",
                                "kill all TERM", "kill all CONT"});
    world.end("a", 143);
    CHECK(world.done() == Lines{"quit 3"});
  }

  TEST_CASE("main that ends by itself has no steps before, and the total grace for those after") {
    StartedStop world(kBoth);
    world.end("main", 4);
    CHECK(world.done() ==
          Lines{"ended main", "skipped b1", "skipped b2", "spawn a1", "started a1"});
    CHECK(world.sleeps() == 9s);
    world.end("a1", 0);
    CHECK(world.done() == Lines{"done a1", "quit 4"});
  }

  TEST_CASE("main that ends while the steps before run ends them") {
    StartedStop world(kBoth);
    world.signal(SIGTERM);
    (void)world.done();
    world.end("main", 5, true);
    CHECK(world.done() == Lines{"ended main", "cut b1", "kill b1's group TERM",
                                "kill b1's group CONT", "skipped b2", "spawn a1", "started a1"});
    world.end("b1", 143, true);
    world.end("a1", 0);
    CHECK(world.done() == Lines{"done a1", "quit 5"});
  }

  TEST_CASE("without a main that ran there is no shutdown to speak of") {
    StartedStop missing(kBoth);
    missing.fail("main", sys::StartStep::execute, ENOENT);
    CHECK(missing.done() == Lines{"ended main", "quit 127"});
    World failed(R"({"steps":[{"id":"s","command":"s"}],
      "shutdown":{"before":[{"id":"b","command":"b"}],"after":[{"id":"a","command":"a"}]}})");
    (void)failed.done();
    failed.end("s", 1);
    CHECK(failed.done() == Lines{"failed s", "quit 80"});
  }

  TEST_CASE("a liveness check that ends main goes the same way, with its own code") {
    StartedStop world(R"({"health":[{"id":"c","command":"c","kind":"liveness","failureThreshold":1,
      "startPeriod":"0","onFailure":"terminate"}],
      "shutdown":{"before":[{"id":"b","command":"b"}],"after":[{"id":"a","command":"a"}]}})");
    world.end("c", 1, true);
    CHECK(world.done() == Lines{"changed c", "terminates c", "spawn b", "started b"});
    world.signal(SIGTERM);
    CHECK(world.done().empty());
    world.end("b", 0, true);
    CHECK(world.done() == Lines{"done b", "kill main TERM", "kill main CONT"});
    world.end("main", 0);
    world.end("a", 0);
    CHECK(world.quit->code == 81);
  }

  TEST_CASE("shutdown steps have an order and conditions of their own") {
    StartedStop world(R"({"shutdown":{"before":[
      {"id":"a","command":"a"},
      {"id":"b","command":"b","precedents":[]},
      {"id":"c","command":"c","precedents":["b"],"condition":"a"}]}})",
                      [] {
                        Rules rules = rules_of();
                        rules.parallelism = 2;
                        return rules;
                      }());
    world.signal(SIGTERM);
    CHECK(world.done() == Lines{"stopping TERM", "spawn a", "started a", "spawn b", "started b"});
    world.end("b", 0, true);
    CHECK(world.done() == Lines{"done b"});
    world.end("a", 1, true);
    CHECK(world.done() == Lines{"answered no a", "skipped c", "kill main TERM", "kill main CONT"});
  }
}
