// Random events in random order, with fixed seeds: whatever comes, the supervisor neither spins nor
// overflows, asks for nothing absurd, and comes to an end.
#include <doctest/doctest.h>

#include <random>

#include "world.hpp"

using namespace world;

namespace {

constexpr const char* kEverything = R"({
  "steps": [
    {"id": "s1", "command": "x", "precedents": []},
    {"id": "s2", "command": "x", "precedents": [], "timeout": "3s"},
    {"id": "s3", "command": "x"},
    {"id": "s4", "command": "x", "precedents": ["s1"], "timeout": "1s"}],
  "health": [
    {"id": "up", "kind": "startup", "command": "x", "interval": "2s"},
    {"id": "live", "kind": "liveness", "command": "x", "interval": "3s"},
    {"id": "ready", "command": "x", "interval": "1s", "timeout": "2s"}],
  "maintenance": [
    {"id": "j1", "command": "x", "schedule": {"every": "2s"}},
    {"id": "j2", "command": "x", "schedule": {"every": "5s"}, "timeout": "1s"}]})";

const char* const kIds[] = {"s1", "s2", "s3", "s4", "up", "live", "ready", "j1", "j2", "main"};

class Storm {
 public:
  explicit Storm(unsigned seed) : random_(seed), world(kEverything, random_rules(seed)) {}

  /// One random event.
  void blow() {
    world.can_fork = below(20) != 0;
    switch (below(8)) {
      case 0:
        return world.signal(quiet_signal());
      case 1:
        return world.note(ChildGone{static_cast<pid_t>(900'000 + below(9)), 0, 0});
      case 2:
        return world.reaped(below(2) == 0 || any_child());
      case 3:
        return world.note(MainStopped{below(2) == 0 ? SIGTSTP : SIGTTIN});
      case 4:
        return world.wait(Duration(below(4000)));
      default:
        return end_one(kIds[below(std::size(kIds) - (below(10) != 0 ? 1 : 0))]);
    }
  }

  /// From here on everybody dies when asked, and main is asked.
  void calm() {
    for (int i = 0; i < 200 && !world.quit; ++i) {
      world.signal(SIGTERM);
      for (const char* id : kIds) {
        if (i > 2) end_one(id);
      }
      world.reaped(any_child());
      world.wait(1s);
    }
  }

  bool any_child() {
    for (const char* id : kIds) {
      if (world.hook(id).run.is_active()) return true;
    }
    return false;
  }

 private:
  static Rules random_rules(unsigned seed) {
    Rules rules = seed % 3 == 0 ? rules_of({}, {}) : rules_of(2s, 3s);
    rules.parallelism = 1 + seed % 4;
    rules.is_pid1 = seed % 2 == 0;
    rules.signal_group = seed % 5 == 0;
    return rules;
  }
  std::size_t below(std::size_t end) { return random_() % end; }
  int quiet_signal() {
    if (below(30) == 0) return SIGTERM;
    const int number = 1 + static_cast<int>(below(64));
    return number == SIGTERM || number == SIGINT ? SIGHUP : number;
  }
  void end_one(const char* id) {
    if (!world.hook(id).run.is_active()) return;
    if (below(10) == 0) return world.fail(id, sys::StartStep::execute, 2);
    world.end(id, below(4) == 0 ? 1 : 0, below(2) == 0);
  }

  std::mt19937 random_;

 public:
  World world;
};

}  // namespace

TEST_SUITE("init/supervisor") {
  TEST_CASE("a storm of events always ends in one Quit, once all children are gone") {
    int ended_in_storm = 0;
    for (unsigned seed = 1; seed <= 300; ++seed) {
      CAPTURE(seed);
      Storm storm(seed);
      for (int i = 0; i < 300; ++i) storm.blow();
      ended_in_storm += storm.world.quit ? 1 : 0;
      storm.calm();
      REQUIRE(storm.world.quit);
      CHECK(storm.world.supervisor.phase() == Phase::exited);
      CHECK(storm.world.quit->code >= 0);
      CHECK(storm.world.quit->code <= 255);
      (void)storm.world.done();
      for (int i = 0; i < 20; ++i) storm.blow();
      CHECK(storm.world.done().empty());
    }
    // Both kinds of end were met: otherwise this test would not look at what it says.
    CHECK(ended_in_storm > 10);
    CHECK(ended_in_storm < 300);
  }
}
