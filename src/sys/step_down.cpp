#include "sys/step_down.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <span>

#include "base/fd.hpp"
#include "sys/process.hpp"
#include "sys/reap.hpp"

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

/// Clears the inheritable set, and with it the ambient set, which is a part of it, capabilities(7).
/// Needs no privilege.
Result<void> clear_ambient() noexcept {
  const HeldCapabilities held = TRY(held_capabilities());
  if (held.inheritable.empty()) return {};
  return set_capabilities({held.effective, held.permitted, {}});
}

/// Limits the bounding set and locks the securebits, which needs CAP_SETPCAP. Returns what could
/// not be locked because the kernel does not support it or does not permit it.
Result<Unlocked> limit_future(CapabilitySet kept) noexcept {
  const HeldCapabilities held = TRY(held_capabilities());
  Unlocked unlocked{true, true};
  if (held.effective.has(CAP_SETPCAP)) {
    unlocked.bounding_set = !limit_bounding_set(kept);
    const unsigned long bits = kNoRoot | (kept.empty() ? kNoAmbient : SECBIT_KEEP_CAPS);
    unlocked.securebits = ::prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) < 0;
  }
  // PID 1 may have locked the bit for its children.
  if (unlocked.securebits && !kept.empty() && ::prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0) != 1) {
    TRY(check(::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "keep capabilities"));
  }
  return unlocked;
}

/// Called after the change of the uid, with which the kernel clears the ambient set.
Result<void> raise_ambient(CapabilitySet kept) noexcept {
  for (unsigned number = 0; number < 64; ++number) {
    if (!kept.has(number)) continue;
    TRY(check(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0),
              "raise an ambient capability"));
  }
  return {};
}

/// A change of the effective uid resets "dumpable" to fs.suid_dumpable, proc(5), which may allow
/// tracing. The effective uid is changed first: while the real and saved uid are still the old
/// ones, the new user cannot trace the process, ptrace(2).
Result<void> take_uid(uid_t uid) noexcept {
  constexpr auto kKeep = static_cast<uid_t>(-1);
  TRY(check(::setresuid(kKeep, uid, kKeep), "set the uid"));
  forbid_tracing();
  return check(::setresuid(uid, uid, uid), "set the uid");
}

/// True if the process has exactly these supplementary groups; `anyway` may be missing or present.
/// nullopt if they cannot be read, for example because there are more than 256.
std::optional<bool> has_groups(const Identity& identity, std::optional<gid_t> anyway) noexcept {
  std::array<gid_t, 256> have{};
  const int count = ::getgroups(static_cast<int>(have.size()), have.data());
  if (count < 0) return std::nullopt;
  const std::span<const gid_t> all(have.data(), static_cast<std::size_t>(count));
  const std::span<const gid_t> wanted(identity.groups);
  const auto are_in = [&](std::span<const gid_t> some, std::span<const gid_t> set) {
    return std::all_of(some.begin(), some.end(), [&](gid_t group) {
      return group == anyway || std::find(set.begin(), set.end(), group) != set.end();
    });
  };
  return are_in(all, wanted) && are_in(wanted, all);
}

Error surprise(const char* what) noexcept {
  return {what, EPERM, {}, {}};
}

/// The gid counts as a group in any case, so it does not matter whether the list contains it. A
/// sandbox may report success without setting the groups, so they are read again.
Result<void> take_groups(const Identity& identity) noexcept {
  if (has_groups(identity, std::nullopt) == true) return {};
  const gid_t* groups = identity.groups.empty() ? &identity.gid : identity.groups.data();
  const std::size_t count = identity.groups.empty() ? 1 : identity.groups.size();
  auto taken = check(::setgroups(count, groups), "set the supplementary groups");
  const std::optional<bool> are_taken = has_groups(identity, identity.gid);
  if (are_taken == true) return {};
  if (taken && are_taken == false) return surprise("verify the supplementary groups");
  return taken;
}

Result<void> take_ids(const Identity& identity) noexcept {
  TRY(take_groups(identity));
  TRY(check(::setresgid(identity.gid, identity.gid, identity.gid), "set the gid"));
  return take_uid(identity.uid);
}

Result<void> verify_ids(const Identity& identity) noexcept {
  uid_t r = 0;
  uid_t e = 0;
  uid_t s = 0;
  if (::getresuid(&r, &e, &s) < 0 || r != identity.uid || e != identity.uid || s != identity.uid) {
    return surprise("verify the uid");
  }
  if (::getresgid(&r, &e, &s) < 0 || r != identity.gid || e != identity.gid || s != identity.gid) {
    return surprise("verify the gid");
  }
  return {};
}

Result<void> verify_no_way_back(CapabilitySet kept) noexcept {
  const HeldCapabilities held = TRY(held_capabilities());
  if (held.permitted != kept || held.effective != kept || held.inheritable != kept) {
    return surprise("verify the capabilities");
  }
  if (kept.has(CAP_SETUID) || kept.has(CAP_SETGID)) return {};
  const auto keep = static_cast<uid_t>(-1);
  if (::setresuid(keep, 0, keep) == 0) return surprise("verify that root cannot be regained");
  return {};
}

Result<Unlocked> become_other(const StepDown& plan) noexcept {
  const Unlocked unlocked = TRY(limit_future(plan.kept));
  TRY(take_ids(*plan.identity));
  TRY(set_capabilities({plan.kept, plan.kept, plan.kept}));
  TRY(raise_ambient(plan.kept));
  TRY(verify_ids(*plan.identity));
  TRY(verify_no_way_back(plan.kept));
  return unlocked;
}

Result<void> forbid_new_privileges() noexcept {
  TRY(check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "set no_new_privs"));
  if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0) return surprise("verify no_new_privs");
  return {};
}

/// For the same user as before, which needs no privilege. With the same gid, the groups are changed
/// only if the config lists groups: the present ones were given to the container.
Result<void> stay(const StepDown& plan) noexcept {
  if (plan.identity != nullptr && !verify_ids(*plan.identity)) {
    TRY(take_ids(*plan.identity));
    TRY(verify_ids(*plan.identity));
  } else if (plan.identity != nullptr && plan.identity->groups_are_named) {
    TRY(take_groups(*plan.identity));
  }
  if (plan.kept.empty() || ::geteuid() == 0) return {};
  TRY(set_capabilities({plan.kept, plan.kept, plan.kept}));
  return raise_ambient(plan.kept);
}

/// The result of a trial; plain data, since it is sent through a pipe.
struct Tried {
  const char* what = nullptr;  ///< a literal, at the same address in parent and child
  int code = 0;
  Unlocked unlocked{};
};

Tried try_it(const StepDown& plan) noexcept {
  const auto result = step_down(plan);
  if (result) return {nullptr, 0, *result};
  return {result.error().what, result.error().code, {}};
}

}  // namespace

Result<Unlocked> step_down(const StepDown& plan) noexcept {
  TRY(clear_ambient());
  Unlocked unlocked;
  if (plan.identity != nullptr && plan.identity->uid != ::geteuid()) {
    unlocked = TRY(become_other(plan));
  } else {
    TRY(stay(plan));
  }
  if (plan.no_new_privileges) TRY(forbid_new_privileges());
  return unlocked;
}

Result<Unlocked> try_step_down(const StepDown& plan) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) < 0) return Error::from_errno("make a pipe");
  const Fd reader(ends[0]);
  Fd writer(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return Error::from_errno("fork");
  if (child == 0) {
    const Tried tried = try_it(plan);
    (void)!::write(writer.get(), &tried, sizeof tried);
    ::_exit(0);
  }
  writer.reset();
  Tried tried;
  const ssize_t got = ::read(reader.get(), &tried, sizeof tried);
  TRY(wait_for(child));
  if (got != static_cast<ssize_t>(sizeof tried)) return surprise("try the step down");
  if (tried.what != nullptr) return Error{tried.what, tried.code, {}, {}};
  return tried.unlocked;
}

Result<Unlocked> step_down_for_good(const StepDown& plan) noexcept {
  int signal = 0;
  (void)::prctl(PR_GET_PDEATHSIG, &signal, 0, 0, 0);
  const Unlocked unlocked = TRY(step_down(plan));
  TRY(check(::prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0), "set the parent death signal"));
  return unlocked;
}

Result<Unlocked> keep_only(CapabilitySet kept, CapabilitySet children) noexcept {
  TRY(clear_ambient());
  const HeldCapabilities held = TRY(held_capabilities());
  const Unlocked unlocked = TRY(limit_future(children));
  const CapabilitySet left{kept.bits & held.permitted.bits};
  TRY(set_capabilities({left, left, {}}));
  const HeldCapabilities now = TRY(held_capabilities());
  if (now.permitted != left || now.effective != left) return surprise("prove the capabilities");
  TRY(forbid_new_privileges());
  return unlocked;
}

}  // namespace pintle::sys
