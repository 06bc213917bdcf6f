// sys/alarm.hpp - the end of a command that may wait for what never comes.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace pintle::sys {

/// After `time` the process writes `line` to standard output and ends with `code`, whatever it does
/// then (setitimer(2), SIGALRM). Errors: those of sigaction(2) and setitimer(2).
Result<void> end_after(Duration time, std::string line, int code);

}  // namespace pintle::sys
