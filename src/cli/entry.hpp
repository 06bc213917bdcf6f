// cli/entry.hpp - the first instructions of the process. Until a signal is blocked, the kernel
// drops a SIGTERM that is sent to PID 1 (pid_namespaces(7)), so this comes before the C library's
// start-up and all static constructors.
#pragma once

#include "sys/signals.hpp"

namespace pintle::cli {

/// The signal mask that this process was started with; by now every signal is blocked.
sys::SignalMask inherited_mask() noexcept;

}  // namespace pintle::cli
