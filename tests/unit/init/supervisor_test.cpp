// The way from the first step to a running main, and signals at every moment of it.
#include "init/supervisor.hpp"

#include <doctest/doctest.h>

#include <cerrno>

#include "world.hpp"

using namespace world;
using sys::StartStep;

namespace {

constexpr const char* kSteps = R"({"steps":[{"id":"a","command":"a"},{"id":"b","command":"b"}]})";

}  // namespace

TEST_SUITE("init/supervisor") {
  TEST_CASE("without steps main starts at once, and its code is ours") {
    for (const int code : {0, 1, 42, 127, 128, 143, 255}) {
      World world;
      CHECK(world.done() == Lines{"spawn main", "settle", "started main"});
      CHECK(world.supervisor.phase() == Phase::running);
      CHECK(world.sleeps() == Duration(-1));
      world.end("main", code);
      CHECK(world.done() == Lines{"ended main", fmt::format("quit {}", code)});
      CHECK(world.quit->reason == Reason::main_ended);
      CHECK(world.supervisor.phase() == Phase::exited);
    }
  }

  TEST_CASE("steps run in order, then main") {
    World world(kSteps);
    CHECK(world.done() == Lines{"spawn a", "started a"});
    world.end("a", 0);
    CHECK(world.done() == Lines{"done a", "spawn b", "started b"});
    world.end("b", 0);
    CHECK(world.done() == Lines{"done b", "spawn main", "settle", "started main"});
  }

  TEST_CASE("a step that fails in any way ends the start with 80, and main never runs") {
    World failed(kSteps);
    failed.end("a", 3);
    CHECK(failed.done() == Lines{"spawn a", "started a", "failed a", "quit 80"});
    CHECK(failed.quit->reason == Reason::step_failed);
    CHECK(failed.quit->hook == &failed.hook("a"));
    World unstartable(kSteps);
    unstartable.fail("a", StartStep::execute, ENOENT);
    CHECK(unstartable.done().back() == "quit 80");
    World killed(kSteps);
    killed.end("a", 137);
    CHECK(killed.done().back() == "quit 80");
  }

  TEST_CASE("a failing step ends those that run beside it, and waits for them") {
    Rules rules = rules_of();
    rules.parallelism = 2;
    World world(R"({"steps":[{"id":"a","command":"a","precedents":[]},
                             {"id":"b","command":"b","precedents":[]},
                             {"id":"c","command":"c"}]})",
                rules);
    CHECK(world.done() == Lines{"spawn a", "started a", "spawn b", "started b"});
    world.end("a", 1, true);
    CHECK(world.done() == Lines{"failed a", "kill b's group TERM", "kill b's group CONT"});
    world.wait(5s);
    CHECK(world.done() == Lines{"kill b's group KILL"});
    world.end("b", 137);
    CHECK(world.done() == Lines{"quit 80"});
  }

  TEST_CASE("a stop signal during init ends the step, and the code is 128 + the signal") {
    for (const int number : {SIGTERM, SIGINT}) {
      World world(kSteps);
      (void)world.done();
      world.signal(number);
      CHECK(world.done() == Lines{"stopping " + signal_name(number).substr(3),
                                  "kill a's group TERM", "kill a's group CONT"});
      world.end("a", 0);
      CHECK(world.done() == Lines{fmt::format("quit {}", 128 + number)});
      CHECK(world.quit->reason == Reason::stopped_in_init);
      CHECK(world.quit->signal == number);
    }
  }

  TEST_CASE("a stop during init kills a step that does not end, within the total grace") {
    World world(kSteps, rules_of(1s, 2s));
    (void)world.done();
    world.signal(SIGTERM);
    (void)world.done();
    world.wait(1999ms);
    CHECK(world.done().empty());
    world.signal(SIGTERM);
    CHECK(world.done().empty());
    world.wait(1ms);
    CHECK(world.done() == Lines{"kill a's group KILL"});
    world.end("a", 137);
    CHECK(world.done() == Lines{"quit 143"});
  }

  TEST_CASE("a stop between a failed step and the end of its neighbour is still honoured") {
    Rules rules = rules_of();
    rules.parallelism = 2;
    World world(R"({"steps":[{"id":"a","command":"a","precedents":[]},
                             {"id":"b","command":"b","precedents":[]}]})",
                rules);
    world.end("a", 1, true);
    (void)world.done();
    world.signal(SIGTERM);
    CHECK(world.done() == Lines{"stopping TERM"});
    world.end("b", 143);
    CHECK(world.done() == Lines{"quit 143"});
  }

  TEST_CASE("other signals during init are for nobody") {
    World world(kSteps);
    (void)world.done();
    for (const int number : {SIGHUP, SIGQUIT, SIGUSR1, SIGWINCH, 64}) world.signal(number);
    CHECK(world.done().empty());
  }

  TEST_CASE("while main runs every signal is forwarded, and only a stop signal stops") {
    for (int number = 1; number <= kLastSignal; ++number) {
      Running world;
      world.signal(number);
      const std::string name = signal_name(number).substr(3);
      if (number == SIGTERM || number == SIGINT) {
        CHECK(world.done() == Lines{"stopping " + name, "kill main " + name, "kill main CONT"});
        CHECK(world.supervisor.phase() == Phase::stopping);
      } else {
        CHECK(world.done() == Lines{"kill main " + name});
        CHECK(world.supervisor.phase() == Phase::running);
      }
    }
  }

  TEST_CASE("a main that stops in time gives its own code") {
    for (const int code : {0, 3, 143}) {
      Running world;
      world.signal(SIGTERM);
      (void)world.done();
      world.wait(7999ms);
      CHECK(world.done().empty());
      world.end("main", code);
      CHECK(world.done() == Lines{"ended main", fmt::format("quit {}", code)});
    }
  }

  TEST_CASE("a main that outlives the grace period is killed, and the code is 137") {
    Running world;
    world.signal(SIGTERM);
    (void)world.done();
    CHECK(world.sleeps() == 8s);
    world.wait(8s);
    CHECK(world.done() == Lines{"grace over main", "kill main KILL"});
    CHECK(world.sleeps() == 2s);
    world.end("main", 137);
    CHECK(world.done() == Lines{"ended main", "quit 137"});
  }

  TEST_CASE("a second stop signal is forwarded and starts no new grace") {
    Running world;
    world.signal(SIGTERM);
    (void)world.done();
    world.wait(5s);
    world.signal(SIGINT);
    CHECK(world.done() == Lines{"kill main INT", "kill main CONT"});
    world.signal(SIGHUP);
    CHECK(world.done() == Lines{"kill main HUP"});
    CHECK(world.sleeps() == 3s);
    world.wait(3s);
    CHECK(world.done() == Lines{"grace over main", "kill main KILL"});
  }

  TEST_CASE("the grace is unlimited, or limited by the total, as the rules say") {
    struct Row {
      std::optional<Duration> grace;
      std::optional<Duration> total;
      Duration sleeps;
    };
    const Row rows[] = {{{}, {}, Duration(-1)}, {8s, {}, 8s},           {8s, 9s, 8s},
                        {8s, 5s, 5s},           {{}, 5s, Duration(-1)}, {1ms, 9s, 1ms}};
    for (const Row& row : rows) {
      Running world(rules_of(row.grace, row.total));
      world.signal(SIGTERM);
      CHECK(world.sleeps() == row.sleeps);
    }
    Running none(rules_of(0s, 9s));
    none.signal(SIGTERM);
    CHECK(none.done() == Lines{"stopping TERM", "kill main TERM", "kill main CONT",
                               "grace over main", "kill main KILL"});
  }

  TEST_CASE("a rewritten signal is sent as the other one, or not at all, and still stops") {
    Rules rules = rules_of();
    rules.rewrites = {{SIGTERM, SIGQUIT}, {SIGHUP, SIGUSR1}, {SIGINT, 0}, {SIGWINCH, 0}};
    Running world(rules);
    world.signal(SIGHUP);
    world.signal(SIGWINCH);
    CHECK(world.done() == Lines{"kill main USR1"});
    world.signal(SIGINT);
    CHECK(world.done() == Lines{"stopping INT", "kill main CONT"});
    world.signal(SIGTERM);
    CHECK(world.done() == Lines{"kill main QUIT", "kill main CONT"});
  }

  TEST_CASE("with -g signals go to main's process group, the last one too") {
    Rules rules = rules_of();
    rules.signal_group = true;
    Running world(rules);
    world.signal(SIGUSR1);
    world.signal(SIGTERM);
    world.wait(8s);
    CHECK(world.done() == Lines{"kill main's group USR1", "stopping TERM", "kill main's group TERM",
                                "kill main's group CONT", "grace over main",
                                "kill main's group KILL"});
  }

  TEST_CASE("which signals stop is a rule") {
    Rules rules = rules_of();
    rules.stop_signals.reset().set(SIGQUIT);
    Running world(rules);
    world.signal(SIGTERM);
    CHECK(world.done() == Lines{"kill main TERM"});
    world.signal(SIGQUIT);
    CHECK(world.done().front() == "stopping QUIT");
  }
}
