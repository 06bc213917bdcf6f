// schedule/zone.hpp - a time zone: what its clocks show at any moment, and when they show it. Pure.
//
// A zone is a row of periods between which the clocks are set, made up to the end beforehand: to
// ask it never allocates, and no rule is left to evaluate. It begins in 1970, before which no clock
// of Linux can be set (settimeofday(2)), and ends in 2200, as nanoseconds, which deadlines are
// counted in, do in 2262. Before and after the clocks stay as they are there.
#pragma once

#include <chrono>
#include <span>
#include <vector>

namespace pintle::schedule {

/// Wall time in UTC: seconds since 1970, leap seconds not counted (time(7)).
using WallTime = std::chrono::sys_seconds;

/// What clocks show in some zone.
using ShownTime = std::chrono::local_seconds;

inline constexpr std::chrono::year kFirstYear{1970};
inline constexpr std::chrono::year kEndYear{2200};
inline constexpr WallTime kZoneBegin = std::chrono::sys_days(kFirstYear / 1 / 1);
inline constexpr WallTime kZoneEnd = std::chrono::sys_days(kEndYear / 1 / 1);

/// In which the clocks keep their distance from UTC.
struct Period {
  WallTime begin;
  WallTime end;
  std::chrono::seconds offset;  ///< ahead of UTC

  ShownTime shown_at(WallTime time) const noexcept {
    return ShownTime(time.time_since_epoch() + offset);
  }
  WallTime time_of(ShownTime shown) const noexcept {
    return WallTime(shown.time_since_epoch() - offset);
  }
};

class Zone {
 public:
  /// Clocks that are `offset` ahead of UTC.
  explicit Zone(std::chrono::seconds offset);

  /// From `begin` on the clocks are `offset` ahead. It lies behind what was set before, or it is
  /// the same moment, which is then set anew; outside of the zone's years it is its begin, or
  /// nothing.
  void set(WallTime begin, std::chrono::seconds offset);

  /// The period that `time` is in; before the first one, the first.
  Period period_at(WallTime time) const noexcept;

  /// The furthest that clocks have shown until `time`: more than they show then, if they were set
  /// back and have not come so far again.
  ShownTime furthest_shown(WallTime time) const noexcept;

  /// The first moment at which clocks show `shown` or more: of a time that is shown twice the first
  /// one, of a time that clocks which are set forward leave out that moment.
  WallTime first_showing(ShownTime shown) const noexcept;

 private:
  struct Change {
    WallTime begin;
    std::chrono::seconds offset;
    ShownTime reached;  ///< below which everything has been shown before
  };
  std::vector<Change>::const_iterator change_at(WallTime time) const noexcept;

  std::vector<Change> changes_;  ///< one at least
};

}  // namespace pintle::schedule
