// sys/wall_clock.hpp - the offset of the wall clock from the boot clock, and a notification when
// the wall clock is set.
#pragma once

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

/// How far the wall clock is ahead of the boot clock now. Rounded down, so that a wait for a wall
/// time by the boot clock never ends too early.
WallOffset wall_offset() noexcept;

/// A descriptor that becomes readable when the wall clock was set or the machine was suspended
/// (TFD_TIMER_CANCEL_ON_SET of timerfd_create(2)). Errors: those of timerfd_create(2) and
/// timerfd_settime(2).
Result<Fd> watch_wall_clock() noexcept;

/// Reads the event from the descriptor of watch_wall_clock(), so that it becomes readable only at
/// the next one.
void clear_clock_event(const Fd& watch) noexcept;

}  // namespace pintle::sys
