#include "sys/step_down.hpp"

#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>

#include "sys/process.hpp"

namespace pintle::sys {
namespace {

constexpr unsigned long kNoAmbient =
    SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
constexpr unsigned long kNoRoot =
    SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED;

Result<void> check(int result, const char* what) noexcept {
  if (result < 0) return Error::from_errno(what);
  return {};
}

Result<void> clear_ambient() noexcept {
  const int result = ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  if (result < 0 && errno == EINVAL) return {};  // a kernel without ambient capabilities
  return check(result, "clear the ambient capabilities");
}

/// What needs privileges to take privileges away: the bounding set and the securebits.
Result<void> limit_future(CapabilitySet kept) noexcept {
  const HeldCapabilities held = TRY(held_capabilities());
  if (!held.effective.has(CAP_SETPCAP)) {
    if (kept.empty()) return {};
    return check(::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "keep capabilities");
  }
  TRY(limit_bounding_set(kept));
  const unsigned long bits = kNoRoot | (kept.empty() ? kNoAmbient : SECBIT_KEEP_CAPS);
  return check(::prctl(PR_SET_SECUREBITS, bits, 0, 0, 0), "lock the securebits");
}

/// The kernel clears the ambient set when the uid changes, so it is raised afterwards.
Result<void> raise_ambient(CapabilitySet kept) noexcept {
  for (unsigned number = 0; number < 64; ++number) {
    if (!kept.has(number)) continue;
    TRY(check(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0),
              "raise an ambient capability"));
  }
  return {};
}

/// A change of the effective uid makes a process as traceable as fs.suid_dumpable says, proc(5).
/// While the real and the saved one are still ours, the new user may not trace it anyway,
/// ptrace(2).
Result<void> take_uid(uid_t uid) noexcept {
  constexpr auto kKeep = static_cast<uid_t>(-1);
  TRY(check(::setresuid(kKeep, uid, kKeep), "set the uid"));
  forbid_tracing();
  return check(::setresuid(uid, uid, uid), "set the uid");
}

Result<void> take_ids(const Identity& identity) noexcept {
  const gid_t* groups = identity.groups.empty() ? &identity.gid : identity.groups.data();
  const std::size_t count = identity.groups.empty() ? 1 : identity.groups.size();
  TRY(check(::setgroups(count, groups), "set the supplementary groups"));
  TRY(check(::setresgid(identity.gid, identity.gid, identity.gid), "set the gid"));
  return take_uid(identity.uid);
}

Error surprise(const char* what) noexcept {
  return {what, EPERM, {}, {}};
}

Result<void> prove_ids(const Identity& identity) noexcept {
  uid_t r = 0;
  uid_t e = 0;
  uid_t s = 0;
  if (::getresuid(&r, &e, &s) < 0 || r != identity.uid || e != identity.uid || s != identity.uid) {
    return surprise("prove the uid");
  }
  if (::getresgid(&r, &e, &s) < 0 || r != identity.gid || e != identity.gid || s != identity.gid) {
    return surprise("prove the gid");
  }
  return {};
}

Result<void> prove_no_way_back(CapabilitySet kept) noexcept {
  const HeldCapabilities held = TRY(held_capabilities());
  if (held.permitted != kept || held.effective != kept || held.inheritable != kept) {
    return surprise("prove the capabilities");
  }
  if (kept.has(CAP_SETUID) || kept.has(CAP_SETGID)) return {};
  const auto keep = static_cast<uid_t>(-1);
  if (::setresuid(keep, 0, keep) == 0) return surprise("prove that root cannot be regained");
  return {};
}

Result<void> become_other(const StepDown& plan) noexcept {
  TRY(limit_future(plan.kept));
  TRY(take_ids(*plan.identity));
  TRY(set_capabilities({plan.kept, plan.kept, plan.kept}));
  TRY(raise_ambient(plan.kept));
  TRY(prove_ids(*plan.identity));
  return prove_no_way_back(plan.kept);
}

/// Same user as before, or root: nothing may be inherited past exec that was not meant.
Result<void> stay(const Identity* identity) noexcept {
  if (identity != nullptr && ::geteuid() == 0) {
    TRY(take_ids(*identity));
    TRY(prove_ids(*identity));
  }
  const HeldCapabilities held = TRY(held_capabilities());
  if (held.inheritable.empty()) return {};
  return set_capabilities({held.effective, held.permitted, {}});
}

}  // namespace

Result<void> step_down(const StepDown& plan) noexcept {
  TRY(clear_ambient());
  const bool other = plan.identity != nullptr && plan.identity->uid != ::geteuid();
  TRY(other ? become_other(plan) : stay(plan.identity));
  if (!plan.no_new_privileges) return {};
  return check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "set no_new_privs");
}

Result<void> keep_only(CapabilitySet kept) noexcept {
  const HeldCapabilities held = TRY(held_capabilities());
  TRY(clear_ambient());
  if (held.effective.has(CAP_SETPCAP)) {
    TRY(limit_bounding_set({}));
    TRY(check(::prctl(PR_SET_SECUREBITS, kNoRoot | kNoAmbient, 0, 0, 0), "lock the securebits"));
  }
  const CapabilitySet left{kept.bits & held.permitted.bits};
  TRY(set_capabilities({left, left, {}}));
  return check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "set no_new_privs");
}

}  // namespace pintle::sys
