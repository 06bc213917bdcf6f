// schedule/tzif.hpp - reads a compiled time zone, RFC 9636 (TZif, versions 1 to 4). Pure.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "schedule/zone.hpp"

namespace pintle::schedule {

/// More than any zone needs; those of 2025 have less than 4 KiB.
inline constexpr std::size_t kLargestTzif = std::size_t{256} << 10;

/// The zone in the content of a file. Of versions from 2 on the times are those of 64 bits, and
/// what comes after the last one is as the rule in the footer says.
/// Errors: `detail` says what is wrong with it, with a capital letter nowhere: "it is cut short".
Result<Zone> parse_tzif(std::string_view bytes);

}  // namespace pintle::schedule
