// sys/alarm.hpp - the end of a command that may wait for what never comes.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "sys/process.hpp"

namespace pintle::sys {

/// What a process says when its time is over.
struct LastWords {
  std::string line;                     ///< for standard output
  int code;                             ///< what it exits with
  std::string message{};                ///< for `log`
  const TerminationLog* log = nullptr;  ///< outlives the process
};

/// After `time` the process says `words` and ends, whatever it does then (setitimer(2), SIGALRM).
/// Errors: those of sigaction(2) and setitimer(2).
Result<void> end_after(Duration time, LastWords words);

}  // namespace pintle::sys
