// sys/reap.hpp - collects dead children: hooks, main, and the orphans that PID 1 adopts. No other
// code in PID 1 waits for children: a second waiter would take exit statuses away (after
// waitpid(-1), waitid(P_PIDFD) on the same child fails with ECHILD).
#pragma once

#include <sys/types.h>

#include <optional>

#include "base/result.hpp"

namespace pintle::sys {

/// A dead child. `code` is the one that a shell reports: 0-255, or 128 + N after signal N.
struct Exit {
  pid_t pid;
  int code;
  int signal;  ///< the signal that killed it; 0 if it exited by itself
};

struct Dead {
  std::optional<Exit> one;   ///< a dead child; it stays a zombie, so its pid stays in use
  bool has_children = true;  ///< false: there is no child at all, dead or alive
};

/// Looks at one dead child without collecting it and without blocking. Until collect(), its process
/// group can be signalled safely: the kernel does not reuse the number. One SIGCHLD can mean
/// several dead children (signal(7)), so call it until there is none. Errors: those of waitid(2)
/// except ECHILD and EINTR.
Result<Dead> look_for_dead() noexcept;

/// The same for the child `pid` only, which the kernel finds without searching all children. `one`
/// is empty while it lives. Errors: those of look_for_dead().
Result<Dead> look_at(pid_t pid) noexcept;

/// Collects the dead child `pid`. Errors: those of look_for_dead().
Result<void> collect(pid_t pid) noexcept;

/// For a process that is not PID 1: waits until its child `pid` is dead, and collects it. Blocks.
/// Errors: those of waitid(2) except EINTR.
Result<Exit> wait_for(pid_t pid) noexcept;

/// The signal that stopped the child `pid` since the last call; nullopt if none did.
std::optional<int> stopped_by(pid_t pid) noexcept;

}  // namespace pintle::sys
