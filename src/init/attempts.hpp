// init/attempts.hpp - the life of one hook, from its start to its outcome: attempts, its timeout
// (SIGTERM and SIGCONT, SIGKILL after kKillDelay), retries with their waits, its fallback. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "init/action_queue.hpp"
#include "init/budget.hpp"
#include "init/events.hpp"
#include "init/hook.hpp"
#include "init/lifecycle.hpp"

namespace pintle::init {

/// How a turn ended. Only a plain failure can be the answer to a condition.
enum class Outcome : std::uint8_t { success, failure, error, skipped };

inline bool has_failed(Outcome outcome) noexcept {
  return outcome == Outcome::failure || outcome == Outcome::error;
}

struct Ended {
  Hook& hook;  ///< of the component that is told
  Hook& last;  ///< whose attempt was the last: the hook, or what stood in for it
  Outcome outcome;

  bool fell_back() const noexcept { return &hook != &last; }
};

class Attempts {
 public:
  Attempts(Hooks& hooks, ActionQueue& queue, const Lifecycle& lifecycle, const Budget& budget,
           std::uint64_t seed) noexcept
      : hooks_(hooks), queue_(queue), lifecycle_(lifecycle), budget_(budget), random_(seed | 1U) {}

  /// Begins a turn of `hook`, which is not busy: its first attempt.
  void begin(Hook& hook, Time now) noexcept;

  // What becomes of the attempt. Its end leads to the next one, to the fallback, or to
  // Component::concluded().
  void started(Hook& hook, pid_t pid, Time now) noexcept;
  void not_started(Hook& hook, Time now) noexcept;
  void gone(Hook& hook, const ChildGone& event, Time now) noexcept;

  /// Ends the attempt that runs: SIGTERM, and SIGKILL after a while; a check at once.
  void end(Hook& hook, Time now) noexcept;

  /// Ends the turn of a hook that is busy: its attempt, or its wait for the next one.
  void give_up(Hook& hook, Time now) noexcept;

  /// What was being ended before a stop began has no longer than that.
  void limit_what_ends() noexcept;

  /// Does one thing whose time has come: kills, says that a step takes long, tries again.
  bool enforce(Time now) noexcept;
  bool try_again(Time now) noexcept;
  std::optional<Time> deadline() const noexcept;

  /// One of the hooks has a child.
  bool any_active() const noexcept;

 private:
  void attempt(Hook& hook, Time now) noexcept;
  void after(Hook& hook, Outcome outcome, Time now) noexcept;
  bool retry(Hook& hook, Time now) noexcept;
  void conclude(Hook& last, Outcome outcome, Time now) noexcept;
  bool enforce(Hook& hook, Time now) noexcept;
  void kill(Hook& hook, Time now) noexcept;
  bool may_be_lost(const Hook& hook) const noexcept;
  bool lose(Hook& hook, Time now) noexcept;
  double chance() noexcept;

  Hooks& hooks_;
  ActionQueue& queue_;
  const Lifecycle& lifecycle_;
  const Budget& budget_;
  std::uint64_t random_;
};

}  // namespace pintle::init
