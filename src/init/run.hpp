// init/run.hpp - one child of a hook, from its start to its end: timeout, TERM, five seconds, KILL.
// Pure.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace pintle::init {

using namespace std::chrono_literals;

/// From SIGTERM to SIGKILL for hooks and for what main left behind.
inline constexpr Duration kKillDelay = 5s;
/// How often a step without timeout is named while it runs.
inline constexpr Duration kSlowStep = 30s;

struct Run {
  enum class State : std::uint8_t { idle, starting, running, ending, killed };

  State state = State::idle;
  pid_t pid = 0;
  int attempt = 0;
  Time began{};
  std::optional<Time> deadline{};  ///< the timeout, then the end of the kill delay
  std::optional<Time> remark{};    ///< when to say that it takes long
  bool timed_out = false;
  // Results of the last one that ended, for status.
  bool has_ended = false;
  int last_code = 0;
  Duration last_time{};

  bool is_active() const noexcept { return state != State::idle; }
  bool is_being_ended() const noexcept { return state == State::ending || state == State::killed; }
};

}  // namespace pintle::init
