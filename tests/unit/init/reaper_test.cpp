// With real children of this process: they are what the reaper takes.
#include "init/reaper.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/preflight.hpp"
#include "sys/process.hpp"
#include "world.hpp"

using namespace world;

namespace {

bool is_dead(pid_t child, int how = WNOHANG) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT | how) == 0 &&
         info.si_pid == child;
}

bool is_collected(pid_t child) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT | WNOHANG) < 0;
}

/// A child that is dead, and was not collected.
pid_t dead_child(int code = 0) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(code);
  REQUIRE(is_dead(child, 0));
  return child;
}

/// A child that lives until it is killed.
pid_t live_child() {
  const pid_t child = ::fork();
  while (child == 0) ::pause();
  return child;
}

void kill_and_await(pid_t child) {
  (void)::kill(child, SIGKILL);
  REQUIRE(is_dead(child, 0));
}

/// The reaper and those that it tells. What is to be done is noted and not done: main is a child
/// that a test has.
class Morgue {
 public:
  explicit Morgue(pid_t main) : main_(main) {
    preflight.recipes().bind(supervisor.hooks());
    drain();
  }

  void reap() {
    reaper.reap([this] { drain(); });
    drain();
  }

  Lines done() { return std::exchange(lines_, {}); }

  config::Model model = model_of("{}");
  config::Problems problems;
  hooks::Plan plan = hooks::make_plan(model, config::ImageMode::layered, problems);
  Preflight preflight{model, Surroundings{}};
  Supervisor supervisor{model, plan, rules_of()};
  Requests requests{supervisor};
  Effects effects{preflight.recipes(), supervisor, requests};
  Fd port;
  std::string mounts;
  Listener listener{preflight.recipes(), port, mounts};
  Reaper reaper{supervisor, effects, listener, false};

 private:
  void drain() {
    while (const auto action = supervisor.next(BootClock::now())) {
      if (std::holds_alternative<Spawn>(*action)) {
        supervisor.note(ChildStarted{&supervisor.hooks().main(), main_}, BootClock::now());
      } else if (const auto* kill = std::get_if<KillAll>(&*action)) {
        lines_.push_back("kill all " + signal_name(kill->number).substr(3));
      } else if (const auto* quit = std::get_if<Quit>(&*action)) {
        lines_.push_back(fmt::format("quit {}", quit->code));
      }
    }
  }

  pid_t main_;
  Lines lines_;
};

}  // namespace

TEST_SUITE("init/reaper") {
  TEST_CASE("a stop goes on though more have died than one turn takes") {
    Morgue morgue(dead_child(3));
    for (int i = 0; i < 40; ++i) (void)dead_child();
    morgue.reap();
    CHECK(morgue.reaper.is_unfinished());
    CHECK(morgue.done() == Lines{"kill all TERM", "kill all CONT"});
    morgue.reap();
    CHECK_FALSE(morgue.reaper.is_unfinished());
    CHECK(morgue.done() == Lines{"quit 3"});
    CHECK(morgue.supervisor.orphans() == 40);
  }

  TEST_CASE("whom a helper may still signal keeps its number until that has ended") {
    const pid_t target = dead_child();
    const pid_t main = dead_child(3);
    const pid_t orphan = dead_child();
    const pid_t helper = live_child();
    Morgue morgue(main);
    morgue.effects.signaller().helpers().add(helper, target);
    morgue.reap();
    CHECK(morgue.supervisor.orphans() == 1);
    CHECK(is_dead(target));
    CHECK(morgue.reaper.due() > BootClock::now());
    // Those that we started are seen behind it, and it is noted once.
    CHECK(is_collected(main));
    CHECK(morgue.done() == Lines{"kill all TERM", "kill all CONT"});
    morgue.reap();
    CHECK(morgue.supervisor.orphans() == 1);
    kill_and_await(helper);
    morgue.reap();
    for (const pid_t one : {target, orphan, helper}) CHECK(is_collected(one));
    CHECK_FALSE(morgue.reaper.due());
    CHECK(morgue.supervisor.orphans() == 2);
    CHECK(morgue.done() == Lines{"quit 3"});
  }

  TEST_CASE("a helper that does not come to its end is killed") {
    const pid_t target = dead_child();
    const pid_t helper = live_child();
    (void)::kill(helper, SIGSTOP);
    Morgue morgue(dead_child());
    morgue.effects.signaller().helpers().add(helper, target);
    for (int i = 0; i < 100 && !is_collected(target); ++i) {
      morgue.reap();
      (void)::poll(nullptr, 0, 50);
    }
    CHECK(is_collected(target));
    morgue.reap();
    CHECK(is_collected(helper));
    CHECK(morgue.supervisor.orphans() == 1);
  }

  TEST_CASE("who has told what came of his signal holds nobody up") {
    const pid_t target = dead_child();
    const pid_t helper = live_child();
    Morgue morgue(dead_child());
    morgue.effects.signaller().helpers().add(helper, 0);
    morgue.reap();
    CHECK(is_collected(target));
    CHECK_FALSE(morgue.reaper.due());
    kill_and_await(helper);
    morgue.reap();
    CHECK(is_collected(helper));
  }

  TEST_CASE("a helper is late for whom it has not signalled yet, or for anybody") {
    SignalHelpers helpers;
    helpers.add(5, 70);
    helpers.add(6, 0);
    CHECK(helpers.late_for(70) == 5);
    CHECK(helpers.late_for(71) == 0);
    helpers.add(7, SignalHelpers::kAnybody);
    CHECK(helpers.late_for(71) == 7);
    CHECK(helpers.has(6));
    CHECK(helpers.forget(6));
    CHECK_FALSE(helpers.forget(6));
  }

  TEST_CASE("our children are listed, unless there are very many") {
    std::vector<pid_t> made;
    const auto listed = [] {
      const auto children = sys::own_children();
      REQUIRE(children);
      return std::vector<pid_t>(children->all().begin(), children->all().end());
    };
    CHECK(listed().empty());
    for (int i = 0; i < 3; ++i) made.push_back(dead_child());
    CHECK(listed() == made);
    while (made.size() < 300) made.push_back(dead_child());
    CHECK_FALSE(sys::own_children());
    for (const pid_t one : made) REQUIRE(sys::collect(one));
  }
}
