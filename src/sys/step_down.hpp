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

/// What comes on top of the step-down, and could not be locked against a later gain: without
/// CAP_SETPCAP, or by a kernel that does not know it. The empty sets and no_new_privs, which
/// protect by themselves, are always there.
struct Unlocked {
  bool bounding_set = false;
  bool securebits = false;
};

/// Takes groups, gid, uid, capabilities, securebits and no_new_privs, in the order of ADR 8, then
/// proves that root cannot be had again. What we are already is not asked for: where uid and gid
/// are ours, the groups are ours as well unless others are named. A
/// target of uid 0 keeps its permitted and bounding sets; inheritable and ambient ones are cleared.
/// Errors: the step that failed, with its errno. The process must not go on then.
Result<Unlocked> step_down(const StepDown& plan) noexcept;

/// What step_down() would return: a child tries it. Blocks until that has ended.
Result<Unlocked> try_step_down(const StepDown& plan);

/// The same for a process that stays: its parent death signal, which a change of ids clears
/// (PR_SET_PDEATHSIG), is set again.
Result<Unlocked> step_down_for_good(const StepDown& plan) noexcept;

/// PID 1, when init is over: keeps uid 0 but only the capabilities `kept`, and empties the bounding
/// set, which its children inherit. Errors: as above.
Result<Unlocked> keep_only(CapabilitySet kept) noexcept;

}  // namespace pintle::sys
