// init/attempts.hpp - runs a hook from its start to its outcome: attempts, timeout (SIGTERM and
// SIGCONT, then SIGKILL after kKillDelay), retries with their waits, fallback. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "init/action_queue.hpp"
#include "init/budget.hpp"
#include "init/events.hpp"
#include "init/hook.hpp"
#include "init/lifecycle.hpp"

namespace pintle::init {

/// The outcome of a hook's run. Only `failure` can make a condition false.
enum class Outcome : std::uint8_t { success, failure, error, skipped };

inline bool has_failed(Outcome outcome) noexcept {
  return outcome == Outcome::failure || outcome == Outcome::error;
}

struct Ended {
  Hook& hook;  ///< the hook of the component
  Hook& last;  ///< the hook of the last attempt: `hook`, its fallback or its repair
  Outcome outcome;

  bool fell_back() const noexcept { return &hook != &last; }
};

class Attempts {
 public:
  Attempts(Hooks& hooks, ActionQueue& queue, const Lifecycle& lifecycle, const Budget& budget,
           std::uint64_t seed) noexcept
      : hooks_(hooks), queue_(queue), lifecycle_(lifecycle), budget_(budget), random_(seed | 1U) {}

  /// Begins a run of `hook`, which is not busy, with its first attempt.
  void begin(Hook& hook, Time now) noexcept;

  // The results of an attempt. After its end come the next attempt, the fallback, or
  // Component::concluded().
  void started(Hook& hook, pid_t pid, Time now) noexcept;
  void not_started(Hook& hook, Time now) noexcept;
  void ended(Hook& hook, const ChildGone& event, Time now) noexcept;

  /// Stops the running attempt: SIGTERM, SIGKILL after kKillDelay; a check is killed at once.
  void terminate(Hook& hook, Time now) noexcept;

  /// Ends the run of a busy hook: stops its attempt, or its wait for the next one.
  void give_up(Hook& hook, Time now) noexcept;

  /// Limits hooks that are being stopped already to the end of the shutdown.
  void limit_to_total() noexcept;

  /// Each does one thing that is due: kills an attempt or warns about a slow step; begins an
  /// attempt after a wait.
  bool enforce(Time now) noexcept;
  bool try_again(Time now) noexcept;
  std::optional<Time> deadline() const noexcept;

  /// True if a hook has a child process.
  bool any_active() const noexcept;

 private:
  void attempt(Hook& hook, Time now) noexcept;
  void next_file(Hook& hook, News news, Time now) noexcept;
  bool conclude_file(const Ended& ended, Time now) noexcept;
  void decide(Hook& hook, Outcome outcome, Time now) noexcept;
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
