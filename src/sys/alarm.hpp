// sys/alarm.hpp - a time limit for a command that could wait for ever.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "sys/process.hpp"

namespace pintle::sys {

/// What a process writes when its time limit is over.
struct TimeoutReport {
  std::string line;                     ///< written to standard output
  int code;                             ///< the exit code
  std::string message{};                ///< written to `log`
  const TerminationLog* log = nullptr;  ///< must live until the process ends
};

/// After `time` the process writes `report` and exits, whatever it is doing (setitimer(2),
/// SIGALRM). Errors: those of sigaction(2) and setitimer(2).
Result<void> end_after(Duration time, TimeoutReport report);

}  // namespace pintle::sys
