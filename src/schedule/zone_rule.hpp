// schedule/zone_rule.hpp - how a zone goes on for ever, as POSIX writes it in TZ: the footer of a
// TZif file. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "schedule/zone.hpp"

namespace pintle::schedule {

/// A moment of every year, as clocks show it: "M10.5.0/3", "J60", "59/-2".
struct YearlyMoment {
  enum class Type : std::uint8_t {
    day_without_leap,  ///< 1 to 365; the 29th of February is not counted
    day,               ///< 0 to 365
    weekday,           ///< `day` (0: Sunday) of the week of the month; the fifth is the last
  };
  Type type = Type::day;
  unsigned month = 1;
  unsigned week = 1;
  unsigned day = 0;
  std::chrono::seconds time = std::chrono::hours(2);  ///< from -167 to 167 hours

  ShownTime in(std::chrono::year year) const noexcept;
};

struct ZoneRule {
  /// What the clocks are set to for a part of the year: ahead of standard time mostly, in Dublin's
  /// winter behind it.
  struct Saving {
    std::chrono::seconds offset{};
    YearlyMoment begin{};
    YearlyMoment end{};
  };
  std::chrono::seconds standard{};  ///< ahead of UTC
  std::optional<Saving> saving{};

  /// "CET-1CEST,M3.5.0,M10.5.0/3": POSIX (8.3, TZ) with what RFC 9636, section 3.3.2, adds.
  /// Errors: anything else; saving without its two moments.
  static Result<ZoneRule> parse(std::string_view text);

  /// The zone follows the rule from `from`, which lies behind everything that was set, to its end.
  void extend(Zone& zone, WallTime from) const;
};

}  // namespace pintle::schedule
