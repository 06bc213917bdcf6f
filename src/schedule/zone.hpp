// schedule/zone.hpp - a time zone: converts UTC to the time that clocks in the zone show, and back.
// Pure.
//
// A zone is a list of periods with one offset each, computed in advance, so that a query neither
// allocates nor evaluates a rule. It begins in 1970, since Linux does not let a clock be set to an
// earlier time (settimeofday(2)), and ends in 2200, since deadlines are nanoseconds, which overflow
// in 2262. Before and after, the first and the last offset apply.
#pragma once

#include <chrono>
#include <span>
#include <vector>

namespace pintle::schedule {

/// Wall time in UTC: seconds since 1970, leap seconds not counted (time(7)).
using WallTime = std::chrono::sys_seconds;

/// A time as clocks in some zone show it.
using ShownTime = std::chrono::local_seconds;

inline constexpr std::chrono::year kFirstYear{1970};
inline constexpr std::chrono::year kEndYear{2200};
inline constexpr WallTime kZoneBegin = std::chrono::sys_days(kFirstYear / 1 / 1);
inline constexpr WallTime kZoneEnd = std::chrono::sys_days(kEndYear / 1 / 1);

/// A time during which the offset from UTC does not change.
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

  /// From `begin` on, the clocks are `offset` ahead of UTC. Call it in ascending order; the same
  /// moment again replaces its offset. A moment before kZoneBegin sets the zone's first offset, one
  /// after kZoneEnd is ignored.
  void set(WallTime begin, std::chrono::seconds offset);

  /// The period that contains `time`; for an earlier time the first period.
  Period period_at(WallTime time) const noexcept;

  /// The latest time that clocks have shown until `time`. After clocks were set back, that is for a
  /// while later than what they show at `time`.
  ShownTime furthest_shown(WallTime time) const noexcept;

  /// The first moment at which clocks show `shown` or later. For a time that is shown twice, that
  /// is the first of both; for a skipped time, the moment at which clocks are set forward.
  WallTime first_showing(ShownTime shown) const noexcept;

 private:
  struct Change {
    WallTime begin;
    std::chrono::seconds offset;
    ShownTime reached;  ///< all times before it have been shown before `begin`
  };
  std::vector<Change>::const_iterator change_at(WallTime time) const noexcept;

  std::vector<Change> changes_;  ///< never empty
};

}  // namespace pintle::schedule
