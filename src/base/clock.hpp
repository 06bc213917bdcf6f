// base/clock.hpp - the clock of pintle's deadlines: the time since boot, suspended time included
// (clock_gettime(2), CLOCK_BOOTTIME). A change of the wall clock does not move a deadline.
#pragma once

#include <time.h>

#include <chrono>

namespace pintle {

struct BootClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  // The name is the standard's ([time.clock.req]).
  static constexpr bool is_steady = true;  // NOLINT(readability-identifier-naming)

  static time_point now() noexcept {
    timespec t{};
    ::clock_gettime(CLOCK_BOOTTIME, &t);
    return time_point(std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec));
  }
};

using Time = BootClock::time_point;
using Duration = std::chrono::milliseconds;

/// How far the wall clock (CLOCK_REALTIME) is ahead of the boot clock. Both run at the same rate,
/// so the offset changes only when the wall clock is set.
using WallOffset = std::chrono::nanoseconds;

}  // namespace pintle
