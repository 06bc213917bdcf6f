// sys/step_down.hpp - how a process becomes less: the child's way from PID 1's privileges to its
// own, and PID 1's way to the little it needs. Every function here makes system calls only, so it
// can run between fork(2) and exec(3).
#pragma once

#include "base/result.hpp"
#include "sys/capabilities.hpp"
#include "sys/identity.hpp"

namespace pintle::sys {

struct StepDown {
  const Identity* identity = nullptr;  ///< nullptr: stay who we are
  CapabilitySet kept{};                ///< what a user other than root keeps, in every set
  bool no_new_privileges = true;
};

/// Takes groups, gid, uid, capabilities, securebits and no_new_privs, in the order that design
/// section 7 gives (the bounding set and the securebits before the uid, because they need
/// CAP_SETPCAP), then proves that root cannot be had again. A target of uid 0 keeps its permitted
/// and bounding sets; inheritable and ambient ones are always cleared.
/// Errors: the step that failed, with its errno. The process must not go on then.
/// Not an error: a bounding set or securebits that CAP_SETPCAP is missing for (no_new_privs and
/// empty sets make them unreachable).
Result<void> step_down(const StepDown& plan) noexcept;

/// PID 1, when init is over: keeps uid 0 but only the capabilities `kept`, and empties the bounding
/// set, which its children inherit. Errors: as above.
Result<void> keep_only(CapabilitySet kept) noexcept;

}  // namespace pintle::sys
