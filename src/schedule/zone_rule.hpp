// schedule/zone_rule.hpp - the rule for a zone's future changes, as in POSIX's TZ variable: the
// footer of a TZif file. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "schedule/zone.hpp"

namespace pintle::schedule {

/// A moment in every year, in the time that clocks show: "M10.5.0/3", "J60", "59/-2".
struct YearlyMoment {
  enum class Type : std::uint8_t {
    day_without_leap,  ///< 1 to 365, February 29 is not counted
    day,               ///< 0 to 365
    weekday,           ///< `day` (0: Sunday) in `week` of the month; week 5 is the last one
  };
  Type type = Type::day;
  unsigned month = 1;
  unsigned week = 1;
  unsigned day = 0;
  std::chrono::seconds time = std::chrono::hours(2);  ///< from -167 to 167 hours

  ShownTime in(std::chrono::year year) const noexcept;
};

struct ZoneRule {
  /// The offset for a part of the year: in most zones ahead of standard time; in Dublin, where it
  /// applies in winter, behind it.
  struct Saving {
    std::chrono::seconds offset{};
    YearlyMoment begin{};
    YearlyMoment end{};
  };
  std::chrono::seconds standard{};  ///< ahead of UTC
  std::optional<Saving> saving{};

  /// "CET-1CEST,M3.5.0,M10.5.0/3": POSIX (8.3, TZ) with what RFC 9636, section 3.3.2, adds. Errors:
  /// anything else; saving time without a begin and an end.
  static Result<ZoneRule> parse(std::string_view text);

  /// Adds to `zone` the changes of this rule from `from` to kZoneEnd. `from` must be after all
  /// changes that `zone` has.
  void extend(Zone& zone, WallTime from) const;
};

}  // namespace pintle::schedule
