// sys/capabilities.hpp - capabilities(7) as sets of 64 bits and by name; no libcap.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pintle::sys {

struct CapabilitySet {
  std::uint64_t bits = 0;

  constexpr bool has(unsigned number) const noexcept { return (bits >> number & 1U) != 0; }
  constexpr CapabilitySet& add(unsigned number) noexcept {
    bits |= std::uint64_t{1} << number;
    return *this;
  }
  constexpr bool empty() const noexcept { return bits == 0; }
  constexpr bool operator==(const CapabilitySet&) const noexcept = default;
};

/// The sets of a thread, capabilities(7), "Thread capability sets".
struct HeldCapabilities {
  CapabilitySet effective;
  CapabilitySet permitted;
  CapabilitySet inheritable;
};

/// The sets of this process. Errors: those of capget(2).
Result<HeldCapabilities> held_capabilities() noexcept;

/// The bounding set limits what this process can gain by executing a file; the ambient set is kept
/// over an exec of an ordinary file. Empty if the kernel supports neither. prctl(2),
/// PR_CAPBSET_READ and PR_CAP_AMBIENT.
CapabilitySet bounding_capabilities() noexcept;
CapabilitySet ambient_capabilities() noexcept;

/// The permitted capabilities of a file. `value` is its attribute security.capability; empty if
/// that is not valid. capabilities(7), "File capability extended attribute versioning". Pure.
CapabilitySet file_capabilities(std::string_view value) noexcept;

/// Whether these capabilities are also effective. The kernel then executes the file only if it can
/// grant all of them. Pure.
bool are_effective(std::string_view value) noexcept;

/// Sets all three sets. Errors: those of capset(2).
Result<void> set_capabilities(const HeldCapabilities& held) noexcept;

/// Removes everything except `kept` from the bounding set. Errors: EPERM without CAP_SETPCAP.
Result<void> limit_bounding_set(CapabilitySet kept) noexcept;

/// The number of "NET_BIND_SERVICE" or "CAP_NET_BIND_SERVICE" (case does not matter).
std::optional<unsigned> capability_number(std::string_view name) noexcept;

/// "NET_BIND_SERVICE, KILL": the names in `set`, in ascending order.
std::string capability_names(CapabilitySet set);

}  // namespace pintle::sys
