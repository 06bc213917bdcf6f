// init/run.hpp - how a hook runs now, and how its attempts ended so far. Plain data.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace pintle::init {

using namespace std::chrono_literals;

/// From SIGTERM to SIGKILL for hooks, and without a grace period for what main left behind.
inline constexpr Duration kKillDelay = 5s;
/// What outlives SIGKILL for so long is not waited for any longer when the container ends: it
/// cannot be sent, or the process is stuck in the kernel. An exit of PID 1 ends what can be ended.
inline constexpr Duration kAfterKill = 2s;
/// How often a step without timeout is named while it runs.
inline constexpr Duration kSlowStep = 30s;

/// The sooner of two times, either of which may be never.
inline std::optional<Time> earliest(const std::optional<Time>& a,
                                    const std::optional<Time>& b) noexcept {
  if (!a || !b) return a ? a : b;
  return *a < *b ? a : b;
}

struct Run {
  enum class State : std::uint8_t { idle, starting, running, ending, killed };

  State state = State::idle;
  pid_t pid = 0;
  int runs = 0;      ///< all that were begun
  int failures = 0;  ///< those that ended, and not as they should
  int attempt = 0;   ///< of the current turn: 1, and one more for each retry
  Time began{};
  std::optional<Time> deadline{};  ///< the timeout, then the end of the kill delay
  std::optional<Time> remark{};    ///< when to say that it takes long
  std::optional<Time> retry_at{};  ///< when the next attempt begins; it is not active meanwhile
  bool timed_out = false;
  bool asks_condition = false;  ///< the first attempt's child looks at the condition
  bool is_replaced = false;     ///< it is being ended for the next run of its job
  int ticket = 0;               ///< of who asked for it
  Time turn_began{};            ///< of a job: the first of its attempts
  // Results of the last one that ended, for status.
  bool has_ended = false;
  int last_code = 0;
  Duration last_time{};

  bool is_active() const noexcept { return state != State::idle; }
  /// Active, or waiting for its next attempt.
  bool is_busy() const noexcept { return is_active() || retry_at.has_value(); }
  bool is_being_ended() const noexcept { return state == State::ending || state == State::killed; }

  /// The attempt has ended, or could not begin.
  void note_end(int code, Duration time) noexcept {
    state = State::idle;
    deadline.reset();
    remark.reset();
    has_ended = true;
    last_code = code;
    last_time = time;
  }
};

}  // namespace pintle::init
