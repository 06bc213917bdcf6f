// base/clock.hpp - the time that pintle's deadlines are counted in: seconds since boot, suspended
// time included (clock_gettime(2), CLOCK_BOOTTIME), so that no clock change can move a deadline.
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
/// so it changes only when somebody sets the wall clock.
using WallOffset = std::chrono::nanoseconds;

}  // namespace pintle
