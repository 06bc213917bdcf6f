#include "sys/wall_clock.hpp"

#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace pintle::sys {

WallOffset wall_offset() noexcept {
  WallOffset best = WallOffset::min();
  // The boot clock is read last, so each result is too small by the time between both reads. The
  // largest of three is the best.
  for (int i = 0; i < 3; ++i) {
    timespec wall{};
    (void)::clock_gettime(CLOCK_REALTIME, &wall);
    const auto boot = BootClock::now().time_since_epoch();
    best = std::max(
        best, std::chrono::seconds(wall.tv_sec) + std::chrono::nanoseconds(wall.tv_nsec) - boot);
  }
  return best;
}

Result<Fd> watch_wall_clock() noexcept {
  Fd watch(::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!watch) return Error::from_errno("create a timerfd");
  itimerspec never{};
  never.it_value.tv_sec = std::numeric_limits<time_t>::max();
  constexpr int kFlags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
  if (::timerfd_settime(watch.get(), kFlags, &never, nullptr) < 0) {
    return Error::from_errno("watch the wall clock");
  }
  return watch;
}

void clear_clock_event(const Fd& watch) noexcept {
  std::uint64_t expirations = 0;
  (void)!::read(watch.get(), &expirations,
                sizeof expirations);  // fails with ECANCELED, as documented
}

}  // namespace pintle::sys
