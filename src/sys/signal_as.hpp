// sys/signal_as.hpp - signals to processes of other users, where PID 1 has no CAP_KILL: a child
// takes the target's uid for it, so that PID 1's own credentials do not change. Only where no child
// can be had (a limit of processes or descriptors) PID 1 takes it for a moment: its effective uid.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>

#include "base/result.hpp"

namespace pintle::sys {

/// Whom kill(2) would mean, and as whom it can be signalled: the real uid of the target.
struct Target {
  pid_t pid;  ///< below -1 a process group, -1 everybody of `uid` but PID 1 and the child
  uid_t uid;
};

struct Sent {
  Result<void> result{};
  pid_t helper = 0;  ///< a child that was made for it and has to be reaped; 0: none was
};

/// Whether kill(2) may be refused to us and a child can do better: without CAP_KILL, with
/// CAP_SETUID.
bool can_signal_as() noexcept;

/// Sends `signal` to `pid`. Where that is forbidden (EPERM), the child sends it as `pid`'s own real
/// uid, and as `uid`, whose the rest of a group may be. Errors: those of kill(2).
Sent signal_as(pid_t pid, int signal, uid_t uid) noexcept;

/// Sends `signal` to all of `targets` by one child, which takes their uids in turn.
/// Errors: the last one of kill(2) if nobody got it; EBUSY when the child has not
/// told within 100 ms what came of it: it goes on then.
Sent signal_as(std::span<const Target> targets, int signal) noexcept;

/// The real uid of a process, /proc/PID/status; nullopt if that tells nothing.
std::optional<uid_t> real_uid(pid_t pid) noexcept;

}  // namespace pintle::sys
