// sys/step_down.hpp - drops privileges: a child changes from PID 1's privileges to its own, and PID
// 1 keeps only those it needs. Every function except try_step_down() makes system calls only, so it
// can run between fork(2) and exec(3).
#pragma once

#include "base/result.hpp"
#include "sys/capabilities.hpp"
#include "sys/identity.hpp"

namespace pintle::sys {

struct StepDown {
  const Identity* identity = nullptr;  ///< nullptr: keep the present one
  CapabilitySet kept{};                ///< those that a user other than root keeps, in every set
  bool no_new_privileges = true;
};

/// Additional protections that could not be locked, because CAP_SETPCAP is missing or the kernel
/// does not support them. The process is protected without them as well: by its empty capability
/// sets and no_new_privs.
struct Unlocked {
  bool bounding_set = false;
  bool securebits = false;
};

/// Sets groups, gid, uid, capabilities, securebits and no_new_privs, in the order of ADR 8, then
/// verifies that the process cannot become root again. Sets nothing that is right already: if uid
/// and gid are the present ones, the groups stay unless the config lists others. A target of uid 0
/// keeps its permitted and bounding sets; the inheritable and ambient sets are cleared. Errors: the
/// call that failed, with its errno. The process must not continue then.
Result<Unlocked> step_down(const StepDown& plan) noexcept;

/// Returns what step_down() would return: a child tries it. Blocks until the child has ended.
Result<Unlocked> try_step_down(const StepDown& plan);

/// step_down() for a process that has a parent death signal (PR_SET_PDEATHSIG): sets that again,
/// since a change of ids clears it.
Result<Unlocked> step_down_for_good(const StepDown& plan) noexcept;

/// For PID 1 after the init phase: keeps uid 0 but only the capabilities `kept`, and limits the
/// bounding set, which its children inherit, to those of its `children`. Errors: those of
/// step_down().
Result<Unlocked> keep_only(CapabilitySet kept, CapabilitySet children = {}) noexcept;

}  // namespace pintle::sys
