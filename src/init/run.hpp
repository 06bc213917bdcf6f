// init/run.hpp - the present state of a hook, and the results of its attempts so far. Plain data.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace pintle::init {

using namespace std::chrono_literals;

/// The time from SIGTERM to SIGKILL for hooks; without a grace period also for the remaining
/// processes.
inline constexpr Duration kKillDelay = 5s;
/// During the shutdown, a process is not waited for any longer than this after SIGKILL: the signal
/// could not be sent, or the process is stuck in the kernel. When PID 1 exits, the kernel kills all
/// remaining processes.
inline constexpr Duration kAfterKill = 2s;
/// How often a warning is logged about a running step without a timeout.
inline constexpr Duration kSlowStep = 30s;

/// What the child of an attempt does about the condition of its hook: one about files is checked in
/// a child, because a file system may be slow.
enum class Asks : std::uint8_t {
  no,     ///< nothing: it holds, or there is none
  first,  ///< checks it, and goes on if it holds
  only,   ///< checks it, and ends
};

/// The earlier of two times; nullopt means never.
inline std::optional<Time> earliest(const std::optional<Time>& a,
                                    const std::optional<Time>& b) noexcept {
  if (!a || !b) return a ? a : b;
  return *a < *b ? a : b;
}

struct Run {
  enum class State : std::uint8_t { idle, starting, running, ending, killed };

  State state = State::idle;
  pid_t pid = 0;
  int runs = 0;      ///< attempts that have begun
  int failures = 0;  ///< attempts that have failed
  int attempt = 0;   ///< number of the attempt in this run, from 1
  Time began{};
  std::optional<Time> deadline{};  ///< the timeout, then the end of the kill delay
  std::optional<Time> remark{};    ///< when to warn that it takes long
  std::optional<Time> retry_at{};  ///< when the next attempt begins; it is not active until then
  bool timed_out = false;
  Asks asks = Asks::no;      ///< until a child has answered
  bool is_replaced = false;  ///< it is being stopped for the next run of its job
  int ticket = 0;            ///< of the client that asked for it; 0: none
  Time first_began{};        ///< only of a job: when its first attempt began
  // Results of the last attempt that ended, for the status.
  bool has_ended = false;
  int last_code = 0;
  Duration last_time{};
  bool is_unproven = false;  ///< a file that it needs could not be verified

  bool is_active() const noexcept { return state != State::idle; }
  /// True if it is active or waits for its next attempt.
  bool is_busy() const noexcept { return is_active() || retry_at.has_value(); }
  bool is_being_ended() const noexcept { return state == State::ending || state == State::killed; }

  /// To be called if the attempt has ended or could not begin.
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
