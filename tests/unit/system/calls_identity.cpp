// The calls that ask for, and change, users, groups and capabilities: credentials(7),
// capabilities(7).
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iterator>

#include "kernel.hpp"
#include "raw_call.hpp"

namespace seam {
namespace {

constexpr unsigned kKeep = ~0U;

Credentials& own() noexcept {
  return current().credentials;
}

bool has_capability_of(unsigned capability) noexcept {
  return (own().effective >> capability & 1U) != 0;
}

int refuse(int error) noexcept {
  errno = error;
  return -1;
}

/// setresuid(2), and setresgid(2): each may become one of the three, or any with the capability.
bool may_have(const unsigned (&have)[3], const unsigned (&want)[3], unsigned capability) noexcept {
  return has_capability_of(capability) ||
         std::all_of(std::begin(want), std::end(want), [&](unsigned id) {
           return id == kKeep || std::find(std::begin(have), std::end(have), id) != std::end(have);
         });
}

void take(unsigned (&have)[3], const unsigned (&want)[3]) noexcept {
  for (int i = 0; i < 3; ++i) {
    if (want[i] != kKeep) have[i] = want[i];
  }
}

bool any_is_root(const Credentials& who) noexcept {
  return std::find(std::begin(who.uids), std::end(who.uids), 0U) != std::end(who.uids);
}

/// "Effect of user ID changes on capabilities", capabilities(7).
void follow_uids(Credentials& who, const Credentials& before) noexcept {
  if ((who.securebits & SECBIT_NO_SETUID_FIXUP) != 0) return;
  if (any_is_root(before) && !any_is_root(who)) {
    if (!who.keeps_capabilities) who.permitted = 0;
    who.effective = 0;
    who.ambient = 0;
  }
  if (before.uids[1] == 0 && who.uids[1] != 0) who.effective = 0;
  if (before.uids[1] != 0 && who.uids[1] == 0) who.effective = who.permitted;
}

struct Words {
  std::uint32_t effective, permitted, inheritable;
};

int get_capabilities(Words* words) noexcept {
  const auto low = [](std::uint64_t set) { return static_cast<std::uint32_t>(set); };
  words[0] = {low(own().effective), low(own().permitted), low(own().inheritable)};
  words[1] = {};
  return 0;
}

int set_capabilities(const Words* words) noexcept {
  Credentials& who = own();
  const Words& want = words[0];
  const bool adds_inheritable = (want.inheritable & ~(who.inheritable | who.permitted)) != 0 &&
                                !has_capability_of(CAP_SETPCAP);
  if ((want.permitted & ~who.permitted) != 0 || (want.effective & ~want.permitted) != 0 ||
      adds_inheritable || words[1].permitted != 0) {
    return refuse(EPERM);
  }
  who.permitted = want.permitted;
  who.effective = want.effective;
  who.inheritable = want.inheritable;
  who.ambient &= who.permitted & who.inheritable;
  return 0;
}

int change_ambient(unsigned long what, unsigned long number) noexcept {
  if (number > kLastCapability) return refuse(EINVAL);
  Credentials& who = own();
  const std::uint64_t bit = std::uint64_t{1} << number;
  if (what == PR_CAP_AMBIENT_IS_SET) return (who.ambient & bit) != 0 ? 1 : 0;
  const bool may = (who.permitted & who.inheritable & bit) != 0 &&
                   (who.securebits & SECBIT_NO_CAP_AMBIENT_RAISE) == 0;
  if (!may) return refuse(EPERM);
  who.ambient |= bit;
  return 0;
}

int change_bounding(bool drops, unsigned long number) noexcept {
  if (number > kLastCapability) return refuse(EINVAL);
  const std::uint64_t bit = std::uint64_t{1} << number;
  if (!drops) return (own().bounding & bit) != 0 ? 1 : 0;
  if (!has_capability_of(CAP_SETPCAP)) return refuse(EPERM);
  own().bounding &= ~bit;
  return 0;
}

int control_process(int option, unsigned long a, unsigned long b) noexcept {
  switch (option) {
    case PR_CAPBSET_READ:
      return change_bounding(false, a);
    case PR_CAPBSET_DROP:
      return change_bounding(true, a);
    case PR_CAP_AMBIENT:
      return change_ambient(a, b);
    case PR_SET_SECUREBITS:
      if (!has_capability_of(CAP_SETPCAP)) return refuse(EPERM);
      own().securebits = static_cast<unsigned>(a);
      own().keeps_capabilities = (a & SECBIT_KEEP_CAPS) != 0;
      return 0;
    case PR_SET_KEEPCAPS:
      if ((own().securebits & SECBIT_KEEP_CAPS_LOCKED) != 0) return refuse(EPERM);
      own().keeps_capabilities = a != 0;
      return 0;
    case PR_SET_NO_NEW_PRIVS:
      own().no_new_privileges = true;
      return 0;
    case PR_GET_NO_NEW_PRIVS:
      return own().no_new_privileges ? 1 : 0;
    case PR_GET_PDEATHSIG:
      *reinterpret_cast<int*>(a) = 0;  // NOLINT(performance-no-int-to-ptr): as prctl(2) has it
      return 0;
    default:
      return 0;
  }
}

/// The only thing that a mask decides here.
int set_mask(const std::uint64_t* mask) noexcept {
  const bool is_blocked = (*mask >> (SIGTSTP - 1) & 1U) != 0;
  if (is_init() && !is_blocked) stop_if_suspended();
  if (!is_init() && *mask == 0) take_blocked_signal();
  return 0;
}

const char* name_of_prctl(int option) noexcept {
  switch (option) {
    case PR_CAPBSET_READ:
      return "prctl CAPBSET_READ";
    case PR_CAPBSET_DROP:
      return "prctl CAPBSET_DROP";
    case PR_CAP_AMBIENT:
      return "prctl CAP_AMBIENT";
    case PR_SET_SECUREBITS:
      return "prctl SET_SECUREBITS";
    case PR_SET_KEEPCAPS:
      return "prctl SET_KEEPCAPS";
    case PR_SET_NO_NEW_PRIVS:
      return "prctl SET_NO_NEW_PRIVS";
    default:
      return "prctl";
  }
}

const char* name_of_syscall(long number) noexcept {
  switch (number) {
    case SYS_capget:
      return "capget";
    case SYS_capset:
      return "capset";
    case SYS_close_range:
      return "close_range";
    case SYS_getdents64:
      return "getdents64";
    case SYS_signalfd4:
      return "signalfd4";
    default:
      return "syscall";  // rt_sigprocmask and the like, which cannot fail
  }
}

}  // namespace

extern "C" {

uid_t fake_getuid() asm("getuid");
uid_t fake_getuid() {
  Call call("getuid");
  return call.is_simulated() ? own().uids[0] : static_cast<uid_t>(real(SYS_getuid));
}

uid_t fake_geteuid() asm("geteuid");
uid_t fake_geteuid() {
  Call call("geteuid");
  return call.is_simulated() ? own().uids[1] : static_cast<uid_t>(real(SYS_geteuid));
}

gid_t fake_getgid() asm("getgid");
gid_t fake_getgid() {
  Call call("getgid");
  return call.is_simulated() ? own().gids[0] : static_cast<gid_t>(real(SYS_getgid));
}

int fake_getresuid(uid_t* r, uid_t* e, uid_t* s) asm("getresuid");
int fake_getresuid(uid_t* r, uid_t* e, uid_t* s) {
  Call call("getresuid");
  if (!call.is_simulated()) return static_cast<int>(real(SYS_getresuid, r, e, s));
  if (call.fails()) return -1;
  *r = own().uids[0];
  *e = own().uids[1];
  *s = own().uids[2];
  return 0;
}

int fake_getresgid(gid_t* r, gid_t* e, gid_t* s) asm("getresgid");
int fake_getresgid(gid_t* r, gid_t* e, gid_t* s) {
  Call call("getresgid");
  if (!call.is_simulated()) return static_cast<int>(real(SYS_getresgid, r, e, s));
  if (call.fails()) return -1;
  *r = own().gids[0];
  *e = own().gids[1];
  *s = own().gids[2];
  return 0;
}

int fake_setresuid(uid_t r, uid_t e, uid_t s) asm("setresuid");
int fake_setresuid(uid_t r, uid_t e, uid_t s) {
  Call call("setresuid");
  if (!call.is_simulated()) return static_cast<int>(real(SYS_setresuid, r, e, s));
  if (call.lies()) return 0;
  if (call.fails()) return -1;
  const Credentials before = own();
  const unsigned want[] = {r, e, s};
  if (!may_have(own().uids, want, CAP_SETUID)) return refuse(EPERM);
  take(own().uids, want);
  follow_uids(own(), before);
  return 0;
}

int fake_setresgid(gid_t r, gid_t e, gid_t s) asm("setresgid");
int fake_setresgid(gid_t r, gid_t e, gid_t s) {
  Call call("setresgid");
  if (!call.is_simulated()) return static_cast<int>(real(SYS_setresgid, r, e, s));
  if (call.lies()) return 0;
  if (call.fails()) return -1;
  const unsigned want[] = {r, e, s};
  if (!may_have(own().gids, want, CAP_SETGID)) return refuse(EPERM);
  take(own().gids, want);
  return 0;
}

int fake_getgroups(int room, gid_t* groups) asm("getgroups");
int fake_getgroups(int room, gid_t* groups) {
  Call call("getgroups");
  if (!call.is_simulated()) return static_cast<int>(real(SYS_getgroups, room, groups));
  if (call.fails()) return -1;
  if (room == 0) return own().group_count;
  if (room < own().group_count) return refuse(EINVAL);
  std::copy_n(own().groups, own().group_count, groups);
  return own().group_count;
}

int fake_setgroups(std::size_t count, const gid_t* groups) asm("setgroups");
int fake_setgroups(std::size_t count, const gid_t* groups) {
  Call call("setgroups");
  if (!call.is_simulated()) return static_cast<int>(real(SYS_setgroups, count, groups));
  if (call.lies()) return 0;
  if (call.fails()) return -1;
  if (!has_capability_of(CAP_SETGID)) return refuse(EPERM);
  if (count > std::size(own().groups)) return refuse(EINVAL);
  std::copy_n(groups, count, own().groups);
  own().group_count = static_cast<int>(count);
  return 0;
}

int fake_prctl(int option, unsigned long a, unsigned long b, unsigned long c,
               unsigned long d) asm("prctl");
int fake_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
  Call call(name_of_prctl(option));
  if (!call.is_simulated()) return static_cast<int>(real(SYS_prctl, option, a, b, c, d));
  if (call.lies()) return 0;
  if (call.fails()) return -1;
  // Callers pass ints, of which the upper half says nothing.
  const bool is_pointer = option == PR_GET_PDEATHSIG;
  return control_process(option, is_pointer ? a : a & ~0U, b & ~0U);
}

long fake_syscall(long number, long a, long b, long c, long d, long e, long f) asm("syscall");
long fake_syscall(long number, long a, long b, long c, long d, long e, long f) {
  Call call(name_of_syscall(number));
  if (!call.is_simulated()) return real(number, a, b, c, d, e, f);
  if (call.lies()) return 0;
  if (call.fails()) return -1;
  // NOLINTBEGIN(performance-no-int-to-ptr): every argument is a word
  if (number == SYS_capget) return get_capabilities(reinterpret_cast<Words*>(b));
  if (number == SYS_capset) return set_capabilities(reinterpret_cast<const Words*>(b));
  if (number == SYS_rt_sigprocmask) return set_mask(reinterpret_cast<const std::uint64_t*>(b));
  if (number == SYS_rt_sigpending) {
    *reinterpret_cast<std::uint64_t*>(a) = kernel().pending;
    return 0;
  }
  // NOLINTEND(performance-no-int-to-ptr)
  if (number == SYS_close_range) {
    const long last = std::min<long>(static_cast<unsigned>(b), kOwnDescriptors - 1);
    return static_cast<unsigned>(a) > last ? 0 : real(number, a & ~0U, last, c & ~0U);
  }
  return real(number, a, b, c, d, e, f);
}

#ifdef __GLIBC__
int fake_getgroups_chk(int room, gid_t* groups, std::size_t size) asm("__getgroups_chk");
int fake_getgroups_chk(int room, gid_t* groups, std::size_t) {
  return fake_getgroups(room, groups);
}
#endif

}  // extern "C"

}  // namespace seam
