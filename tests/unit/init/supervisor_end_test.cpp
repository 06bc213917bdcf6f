// How it ends: main's code or ours, and what main leaves behind.
#include <doctest/doctest.h>

#include <cerrno>

#include "world.hpp"

using namespace world;
using sys::StartStep;

namespace {

constexpr const char* kEndSteps =
    R"({"steps":[{"id":"a","command":"a"},{"id":"b","command":"b"}]})";

}  // namespace

TEST_SUITE("init/supervisor") {
  TEST_CASE("a main that cannot run gives the code that says why") {
    struct Row {
      StartStep step;
      int error;
      int code;
      Reason reason;
    };
    const Row rows[] = {
        {StartStep::execute, ENOENT, 127, Reason::main_not_found},
        {StartStep::execute, EACCES, 126, Reason::main_not_executable},
        {StartStep::execute, ENOEXEC, 126, Reason::main_not_executable},
        {StartStep::execute, E2BIG, 126, Reason::main_not_executable},
        {StartStep::directory, ENOENT, 126, Reason::main_not_executable},
        {StartStep::session, EPERM, 126, Reason::main_not_executable},
        {StartStep::privileges, EPERM, 83, Reason::main_refused},
        {StartStep::privileges, ENOENT, 83, Reason::main_refused},
        {StartStep::verify, EBADMSG, 82, Reason::main_refused},
        {StartStep::verify, ENOENT, 82, Reason::main_refused},
    };
    for (const Row& row : rows) {
      World world;
      world.fail("main", row.step, row.error);
      REQUIRE(world.quit);
      CHECK(world.quit->code == row.code);
      CHECK(world.quit->reason == row.reason);
      CHECK(world.quit->failure.step == row.step);
      CHECK(world.quit->failure.code == row.error);
    }
  }

  TEST_CASE("main may ask for more time to stop, within what the whole stop may take") {
    World world;
    world.note(GraceExtended{1h});
    CHECK(world.sleeps() == Duration(-1));
    world.signal(SIGTERM);
    CHECK(world.sleeps() == 8s);
    world.note(GraceExtended{1s});
    CHECK(world.sleeps() == 8s);
    world.note(GraceExtended{8500ms});
    CHECK(world.sleeps() == 8500ms);
    world.note(GraceExtended{1h});
    CHECK(world.sleeps() == 9s);
    World patient("{}", rules_of({}, {}));
    patient.signal(SIGTERM);
    patient.note(GraceExtended{1h});
    CHECK(patient.sleeps() == Duration(-1));
  }

  TEST_CASE("main or a step that cannot be forked is no wait for ever") {
    World main(kEndSteps);
    main.end("a", 0);
    main.can_fork = false;
    main.end("b", 0);
    REQUIRE(main.quit);
    CHECK(main.quit->code == 71);
    CHECK(main.quit->reason == Reason::main_not_forked);
    World step(kEndSteps);
    step.can_fork = false;
    step.end("a", 0);
    CHECK(step.done() ==
          Lines{"spawn a", "started a", "done a", "spawn b", "started b", "failed b", "quit 80"});
  }

  TEST_CASE("-e turns main's codes into success, and those only") {
    Rules rules = rules_of();
    rules.success_codes.set(143).set(3);
    for (const auto& [code, ours] : std::vector<std::pair<int, int>>{{143, 0}, {3, 0}, {4, 4}}) {
      Running world(rules);
      world.end("main", code);
      CHECK(world.quit->code == ours);
    }
    Running missing(rules);
    missing.fail("main", StartStep::execute, ENOENT);
    CHECK(missing.quit->code == 127);
  }

  TEST_CASE("what main leaves behind gets TERM, what is left of the total grace, KILL") {
    Running world;
    world.end("main", 3, true);
    CHECK(world.done() == Lines{"ended main", "kill all TERM", "kill all CONT"});
    CHECK(world.sleeps() == 9s);
    world.wait(9s);
    CHECK(world.done() == Lines{"killing leftovers main", "kill all KILL"});
    world.reaped(false);
    CHECK(world.done() == Lines{"quit 3"});
  }

  TEST_CASE("without a total grace that is five seconds, or the grace period if it is longer") {
    const std::pair<std::optional<Duration>, Duration> rows[] = {
        {std::nullopt, 5s}, {2s, 5s}, {20s, 20s}};
    for (const auto& [grace, expected] : rows) {
      Running world(rules_of(grace, std::nullopt));
      world.end("main", 3, true);
      CHECK(world.sleeps() == expected);
    }
  }

  TEST_CASE("what a failed start leaves behind has the total grace from then on") {
    World world(R"({"steps": [{"id": "a", "command": "x"}], "main": {"command": "m"}})");
    world.end("a", 1, true);
    CHECK(world.sleeps() == 9s);
  }

  TEST_CASE("leftovers that end are not waited for any longer; those that cannot end are left") {
    Running ends;
    ends.end("main", 0, true);
    ends.note(ChildGone{9999, 0, 0});
    CHECK_FALSE(ends.quit);
    ends.reaped(true);
    CHECK_FALSE(ends.quit);
    ends.note(ChildGone{9998, 0, 0});
    ends.reaped(false);
    CHECK(ends.quit->code == 0);
    CHECK(ends.supervisor.orphans() == 2);
    Running stays;
    stays.end("main", 0, true);
    stays.wait(9s);
    stays.wait(1999ms);
    CHECK_FALSE(stays.quit);
    stays.wait(1ms);
    CHECK(stays.quit->code == 0);
  }

  TEST_CASE("a stop while leftovers are waited for kills them at the second time") {
    Running world;
    world.signal(SIGTERM);
    world.end("main", 0, true);
    (void)world.done();
    world.signal(SIGHUP);
    CHECK(world.done().empty());
    world.signal(SIGTERM);
    CHECK(world.done() == Lines{"killing leftovers main", "kill all KILL"});
    Running first;
    first.end("main", 7, true);
    (void)first.done();
    first.signal(SIGTERM);
    CHECK(first.done().empty());
    first.signal(SIGTERM);
    CHECK(first.done() == Lines{"killing leftovers main", "kill all KILL"});
    first.reaped(false);
    CHECK(first.done() == Lines{"quit 7"});
  }

  TEST_CASE("the total grace holds for main and its leftovers together") {
    Running world(rules_of(8s, 9s));
    world.signal(SIGTERM);
    world.wait(7s);
    world.end("main", 0, true);
    CHECK(world.sleeps() == 2s);
    // A stop that comes only now counts from now.
    Running late(rules_of(1s, 2s));
    late.end("main", 0, true);
    late.signal(SIGTERM);
    CHECK(late.sleeps() == 2s);
  }

  TEST_CASE("an orphan's death is counted and changes nothing") {
    Running world;
    for (pid_t pid = 5000; pid < 5010; ++pid) world.note(ChildGone{pid, 1, 0});
    world.reaped(true);
    CHECK(world.supervisor.orphans() == 10);
    CHECK(world.done().empty());
  }

  TEST_CASE("as PID 1 a main that its terminal stopped goes on, and one that SIGSTOP stopped not") {
    Running one;
    one.note(MainStopped{SIGTSTP});
    CHECK(one.done() == Lines{"resume"});
    one.note(MainStopped{SIGTTIN});
    CHECK(one.done() == Lines{"resume in the foreground"});
    one.note(MainStopped{SIGSTOP});
    CHECK(one.done().empty());
  }

  TEST_CASE("a main that is stopped from its terminal stops us too, where we are not PID 1") {
    Rules rules = rules_of();
    rules.is_pid1 = false;
    Running other(rules);
    other.note(MainStopped{SIGTSTP});
    CHECK(other.done() == Lines{"suspend"});
    other.end("main", 0);
    (void)other.done();
    other.note(MainStopped{SIGTSTP});
    CHECK(other.done().empty());
  }

  TEST_CASE("where we are not PID 1, whatever dies last may leave something to be killed") {
    Rules rules = rules_of();
    rules.is_pid1 = false;
    World world(R"({"maintenance":[{"id":"j","command":"j","schedule":{"every":"10s"}}]})", rules);
    world.wait(10s);
    world.end("main", 0, true);
    world.wait(9s);
    (void)world.done();
    world.end("j", 137, true);
    CHECK(world.done() == Lines{"kill all KILL"});
    world.note(ChildGone{4321, 137, SIGKILL});
    world.reaped(true);
    CHECK(world.done() == Lines{"kill all KILL"});
    world.note(ChildGone{4322, 137, SIGKILL});
    world.reaped(false);
    CHECK(world.done() == Lines{"quit 0"});
  }

  TEST_CASE("after the end nothing is done any more") {
    Running world;
    world.end("main", 0);
    (void)world.done();
    world.signal(SIGTERM);
    world.note(ChildGone{4321, 0, 0});
    world.reaped(true);
    world.wait(24h);
    CHECK(world.done().empty());
    CHECK(world.sleeps() == Duration(-1));
  }
}
