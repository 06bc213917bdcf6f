// sys/signal_as.hpp - signals processes of other users if PID 1 has no CAP_KILL: a child takes the
// target's uid and sends the signal, so that PID 1's own credentials do not change. Only if a child
// cannot be forked (a limit of processes or descriptors), PID 1 changes its own effective uid for a
// moment.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>

#include "base/result.hpp"

namespace pintle::sys {

/// A target of kill(2), and the uid with which it can be signalled: the target's real uid.
struct Target {
  pid_t pid;  ///< below -1 a process group; -1 all of `uid` except PID 1 and the child
  uid_t uid;
};

struct Sent {
  Result<void> result{};
  pid_t helper = 0;  ///< the child that was forked for it and must be reaped; 0: none
};

/// True if kill(2) may fail with EPERM and a child can change its uid instead: without CAP_KILL,
/// but with CAP_SETUID.
bool can_signal_as() noexcept;

/// Sends `signal` to `pid`. If that is forbidden (EPERM), a child sends it with `pid`'s own real
/// uid, and with `uid`, to which the other processes of a group may belong. Errors: those of
/// kill(2).
Sent signal_as(pid_t pid, int signal, uid_t uid) noexcept;

/// Sends `signal` to all of `targets` by one child, which takes one uid after the other. Errors:
/// the last one of kill(2) if no target got the signal; EBUSY if the child has not reported its
/// result within 100 ms: it continues then.
Sent signal_as(std::span<const Target> targets, int signal) noexcept;

/// The real uid of a process, from /proc/PID/status; nullopt if that cannot be read.
std::optional<uid_t> real_uid(pid_t pid) noexcept;

}  // namespace pintle::sys
