// sys/reap.hpp - collects dead children, ours and the orphans that PID 1 adopts.
// Nothing else in PID 1 waits: a second waiter would steal exit statuses (after a
// waitpid(-1), waitid(P_PIDFD) on the same child fails with ECHILD).
#pragma once

#include <sys/types.h>

#include <optional>

#include "base/result.hpp"

namespace pintle::sys {

/// A child that is dead. `code` is what a shell reports: 0-255, or 128 + N after signal N.
struct Exit {
  pid_t pid;
  int code;
  int signal;  ///< what killed it; 0 when it exited by itself
};

struct Dead {
  std::optional<Exit> one;   ///< a dead child; it stays a zombie, so its pid stays taken
  bool has_children = true;  ///< false: there is no child at all, dead or alive
};

/// Looks at one dead child without collecting it and without blocking. Until collect() its process
/// group can be signalled safely: the number cannot belong to anybody else.
/// One SIGCHLD can stand for many deaths (signal(7)): ask until there is none.
/// Errors: those of waitid(2) except ECHILD and EINTR, which it handles.
Result<Dead> look_for_dead() noexcept;

/// The same for the child `pid` alone, which the kernel finds without a walk over all children.
/// `one` is empty while it lives. Errors: as above.
Result<Dead> look_at(pid_t pid) noexcept;

/// Collects the dead child `pid`. Errors: as above.
Result<void> collect(pid_t pid) noexcept;

/// For a process that is not PID 1: waits until its child `pid` is dead, and collects it. Blocks.
/// Errors: those of waitid(2) except EINTR.
Result<Exit> wait_for(pid_t pid) noexcept;

/// The signal that stopped the child `pid` since the last call; nullopt if none did.
std::optional<int> stopped_by(pid_t pid) noexcept;

}  // namespace pintle::sys
