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

/// What a thread holds, capabilities(7), "Thread capability sets".
struct HeldCapabilities {
  CapabilitySet effective;
  CapabilitySet permitted;
  CapabilitySet inheritable;
};

/// Those of this process. Errors: those of capget(2).
Result<HeldCapabilities> held_capabilities() noexcept;

/// What could be gained by executing a file, and what is kept over an exec without that; empty
/// where the kernel tells neither. prctl(2), PR_CAPBSET_READ and PR_CAP_AMBIENT.
CapabilitySet bounding_capabilities() noexcept;
CapabilitySet ambient_capabilities() noexcept;

/// The permitted ones of a file, in its attribute security.capability: `value`. Empty for anything
/// that is none. capabilities(7), "File capability extended attribute versioning". Pure.
CapabilitySet file_capabilities(std::string_view value) noexcept;

/// Whether those are effective at once: such a program must get all of them, or none runs. Pure.
bool are_effective(std::string_view value) noexcept;

/// Sets all three. Errors: those of capset(2).
Result<void> set_capabilities(const HeldCapabilities& held) noexcept;

/// Empties the bounding set but for `kept`. Errors: EPERM without CAP_SETPCAP.
Result<void> limit_bounding_set(CapabilitySet kept) noexcept;

/// The number of "NET_BIND_SERVICE" or "CAP_NET_BIND_SERVICE" (case does not matter).
std::optional<unsigned> capability_number(std::string_view name) noexcept;

/// "NET_BIND_SERVICE, KILL": the names in `set`, in ascending order.
std::string capability_names(CapabilitySet set);

}  // namespace pintle::sys
