// schedule/tzif.hpp - reads a compiled time zone, RFC 9636 (TZif, versions 1 to 4). Pure.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "schedule/zone.hpp"

namespace pintle::schedule {

/// More than any zone needs: the files of 2025 have less than 4 KiB.
inline constexpr std::size_t kLargestTzif = std::size_t{256} << 10;

/// Returns the zone in the content of a file. From version 2 on, the 64-bit times are used, and
/// after the last of them the rule in the footer. Errors: `detail` says what is wrong with the
/// file: "it ends too early".
Result<Zone> parse_tzif(std::string_view bytes);

}  // namespace pintle::schedule
