// With real children of this process: they are what the reaper takes.
#include "init/reaper.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.hpp"

using namespace world;

namespace {

bool is_dead(pid_t child, int how = WNOHANG) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT | how) == 0 &&
         info.si_pid == child;
}

/// A child that is dead, and was not collected.
pid_t dead_child(int code = 0) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(code);
  REQUIRE(is_dead(child, 0));
  return child;
}

/// The reaper and those that it tells. What is to be done is noted and not done: main is a child
/// that a test has.
class Morgue {
 public:
  explicit Morgue(pid_t main) : main_(main) { drain(); }

  void reap() {
    reaper.reap([this] { drain(); });
    drain();
  }

  Lines done() { return std::exchange(lines_, {}); }

  config::Model model = model_of("{}");
  config::Problems problems;
  hooks::Plan plan = hooks::make_plan(model, config::ImageMode::layered, problems);
  Launcher launcher{model, Surroundings{}};
  Supervisor supervisor{model, plan, rules_of()};
  Requests requests{model};
  Effects effects{model, launcher, supervisor, requests};
  Fd port;
  std::string mounts;
  Listener listener{launcher, port, mounts};
  Reaper reaper{supervisor, effects, listener, {}};

 private:
  void drain() {
    while (const auto action = supervisor.next(BootClock::now())) {
      if (std::holds_alternative<Spawn>(*action)) {
        supervisor.note(ChildStarted{kMain, main_}, BootClock::now());
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
}
