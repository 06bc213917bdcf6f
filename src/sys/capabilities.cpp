#include "sys/capabilities.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.hpp"

namespace pintle::sys {
namespace {

// In the order of their numbers, capabilities(7).
constexpr std::string_view kNames[] = {"CHOWN",
                                       "DAC_OVERRIDE",
                                       "DAC_READ_SEARCH",
                                       "FOWNER",
                                       "FSETID",
                                       "KILL",
                                       "SETGID",
                                       "SETUID",
                                       "SETPCAP",
                                       "LINUX_IMMUTABLE",
                                       "NET_BIND_SERVICE",
                                       "NET_BROADCAST",
                                       "NET_ADMIN",
                                       "NET_RAW",
                                       "IPC_LOCK",
                                       "IPC_OWNER",
                                       "SYS_MODULE",
                                       "SYS_RAWIO",
                                       "SYS_CHROOT",
                                       "SYS_PTRACE",
                                       "SYS_PACCT",
                                       "SYS_ADMIN",
                                       "SYS_BOOT",
                                       "SYS_NICE",
                                       "SYS_RESOURCE",
                                       "SYS_TIME",
                                       "SYS_TTY_CONFIG",
                                       "MKNOD",
                                       "LEASE",
                                       "AUDIT_WRITE",
                                       "AUDIT_CONTROL",
                                       "SETFCAP",
                                       "MAC_OVERRIDE",
                                       "MAC_ADMIN",
                                       "SYSLOG",
                                       "WAKE_ALARM",
                                       "BLOCK_SUSPEND",
                                       "AUDIT_READ",
                                       "PERFMON",
                                       "BPF",
                                       "CHECKPOINT_RESTORE"};

constexpr unsigned kHighest = 63;

constexpr std::uint32_t low(CapabilitySet set) noexcept {
  return static_cast<std::uint32_t>(set.bits);
}
constexpr std::uint32_t high(CapabilitySet set) noexcept {
  return static_cast<std::uint32_t>(set.bits >> 32U);
}
constexpr CapabilitySet join(std::uint32_t low_half, std::uint32_t high_half) noexcept {
  return {low_half | std::uint64_t{high_half} << 32U};
}

}  // namespace

Result<HeldCapabilities> held_capabilities() noexcept {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (::syscall(SYS_capget, &header, data) < 0) return Error::from_errno("read capabilities");
  return HeldCapabilities{join(data[0].effective, data[1].effective),
                          join(data[0].permitted, data[1].permitted),
                          join(data[0].inheritable, data[1].inheritable)};
}

CapabilitySet bounding_capabilities() noexcept {
  CapabilitySet set;
  for (unsigned number = 0; number <= kHighest; ++number) {
    if (::prctl(PR_CAPBSET_READ, number, 0, 0, 0) == 1) set.add(number);
  }
  return set;
}

CapabilitySet ambient_capabilities() noexcept {
  CapabilitySet set;
  for (unsigned number = 0; number <= kHighest; ++number) {
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, number, 0, 0) == 1) set.add(number);
  }
  return set;
}

CapabilitySet file_capabilities(std::string_view value) noexcept {
  const auto word = [&](std::size_t number) {
    std::uint32_t bits = 0;  // stored in little-endian order
    for (std::size_t i = 4; i-- > 0;) {
      bits = bits << 8U | static_cast<unsigned char>(value[number * 4 + i]);
    }
    return bits;
  };
  constexpr std::size_t kVersion1 = 12;
  constexpr std::size_t kVersion2 = 20;
  if (value.size() < kVersion1) return {};
  return join(word(1), value.size() < kVersion2 ? 0 : word(3));
}

bool are_effective(std::string_view value) noexcept {
  return !value.empty() &&
         (static_cast<unsigned char>(value.front()) & VFS_CAP_FLAGS_EFFECTIVE) != 0;
}

Result<void> set_capabilities(const HeldCapabilities& held) noexcept {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct data[2] = {
      {low(held.effective), low(held.permitted), low(held.inheritable)},
      {high(held.effective), high(held.permitted), high(held.inheritable)}};
  if (::syscall(SYS_capset, &header, data) < 0) return Error::from_errno("set capabilities");
  return {};
}

Result<void> limit_bounding_set(CapabilitySet kept) noexcept {
  for (unsigned number = 0; number <= kHighest; ++number) {
    const int present = ::prctl(PR_CAPBSET_READ, number, 0, 0, 0);
    // EINVAL after number 0 means: past the last capability that this kernel knows.
    if (present < 0 && errno == EINVAL && number > 0) return {};
    if (present < 0) return Error::from_errno("read the capability bounding set");
    if (present == 0 || kept.has(number)) continue;
    if (::prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0) {
      return Error::from_errno("limit the capability bounding set");
    }
  }
  return {};
}

std::optional<unsigned> capability_number(std::string_view name) noexcept {
  if (equal_without_case(name.substr(0, 4), "CAP_")) name.remove_prefix(4);
  for (unsigned number = 0; number < std::size(kNames); ++number) {
    if (equal_without_case(kNames[number], name)) return number;
  }
  return std::nullopt;
}

std::string capability_names(CapabilitySet set) {
  std::string names;
  for (unsigned number = 0; number < std::size(kNames); ++number) {
    if (!set.has(number)) continue;
    if (!names.empty()) names += ", ";
    names += kNames[number];
  }
  return names;
}

}  // namespace pintle::sys
