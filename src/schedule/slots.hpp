// schedule/slots.hpp - the slots of a cron, which are wall time, as deadlines in boot time. Pure.
//
// A slot is taken only once even if the clock is set: the last slot taken is stored as wall time.
// All slots that were missed, because the machine was suspended or the clock was set forward, start
// one run together.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "schedule/cron.hpp"

namespace pintle::schedule {

class Slots {
 public:
  explicit Slots(const Cron& cron) noexcept : cron_(cron) {}

  /// The first slot is the next one after `now`. A slot at `now` itself does not count: after a
  /// quick restart it would run twice.
  void begin(Time now) noexcept;
  void end() noexcept;

  std::optional<Time> due() const noexcept;

  /// Takes the slot at due() and every other slot until `now`.
  void take(Time now) noexcept;

  /// Skips the slot at due().
  void skip() noexcept;

  /// The last slot until `now`; nullopt if there is none, or if it is more than `within` ago.
  std::optional<Time> last(Time now, Duration within) const noexcept;

  /// A number that identifies the slot.
  std::uint64_t key(Time slot) const noexcept;

  /// The wall clock is `offset` ahead of the boot clock from `now` on.
  void set_clock(WallOffset offset, Time now) noexcept;

 private:
  WallTime wall_time(Time now) const noexcept;
  Time boot_time(WallTime time) const noexcept { return Time(time.time_since_epoch() - offset_); }

  Cron cron_;
  WallOffset offset_{};
  bool has_begun_ = false;
  std::optional<WallTime> slot_;   ///< the next slot
  std::optional<WallTime> taken_;  ///< all slots until this time are taken
};

}  // namespace pintle::schedule
