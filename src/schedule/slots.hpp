// schedule/slots.hpp - the slots of a cron, which are wall time, as deadlines in boot time. Pure.
//
// A slot is taken once, whatever becomes of the clock: what has been taken is remembered as wall
// time. Slots that were missed, because the machine slept or the clock was set forward, are one
// run.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "schedule/cron.hpp"

namespace pintle::schedule {

class Slots {
 public:
  explicit Slots(const Cron& cron) noexcept : cron_(cron) {}

  /// The first slot is the next after `now`: one that is right now may have been another start's.
  void begin(Time now) noexcept;
  void end() noexcept;

  std::optional<Time> due() const noexcept;

  /// The slot at due() is taken, and with it every other until `now`.
  void take(Time now) noexcept;

  /// The slot at due() is left out.
  void skip() noexcept;

  /// The last slot until `now`; nullopt if it is longer ago than `within`.
  std::optional<Time> last(Time now, Duration within) const noexcept;

  /// Which slot that is.
  std::uint64_t key(Time slot) const noexcept;

  /// The wall clock is `offset` ahead of the boot clock from `now` on.
  void set_clock(WallOffset offset, Time now) noexcept;

 private:
  WallTime wall_time(Time now) const noexcept;
  Time boot_time(WallTime time) const noexcept { return Time(time.time_since_epoch() - offset_); }

  Cron cron_;
  WallOffset offset_{};
  bool has_begun_ = false;
  std::optional<WallTime> slot_;   ///< the one that is waited for
  std::optional<WallTime> taken_;  ///< no slot until then is left to take
};

}  // namespace pintle::schedule
