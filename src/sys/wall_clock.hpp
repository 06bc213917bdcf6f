// sys/wall_clock.hpp - the wall clock as seen from the boot clock, and news of its being set.
#pragma once

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

/// How far the wall clock is ahead of the boot clock now; rather too little than too much, so that
/// nobody who waits for a wall time by the boot clock wakes before it.
WallOffset wall_offset() noexcept;

/// A descriptor that can be read once the wall clock has been set, or the machine has slept
/// (TFD_TIMER_CANCEL_ON_SET of timerfd_create(2)). Errors: those of timerfd_create(2) and
/// timerfd_settime(2).
Result<Fd> watch_wall_clock() noexcept;

/// Takes the news from what watch_wall_clock() returned, so that it can be read for the next only.
void heed_wall_clock(const Fd& watch) noexcept;

}  // namespace pintle::sys
