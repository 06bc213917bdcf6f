// schedule/timer.hpp - when a job is due, whichever way its schedule is written. Pure.
#pragma once

#include <optional>
#include <variant>

#include "schedule/every.hpp"
#include "schedule/slots.hpp"

namespace pintle::schedule {

class Timer {
 public:
  explicit Timer(Duration every) noexcept : kind_(Every(every)) {}
  explicit Timer(const Cron& cron) noexcept : kind_(Slots(cron)) {}

  void begin(Time now) noexcept {
    std::visit([now](auto& kind) { kind.begin(now); }, kind_);
  }
  void end() noexcept {
    std::visit([](auto& kind) { kind.end(); }, kind_);
  }
  std::optional<Time> due() const noexcept {
    return std::visit([](const auto& kind) { return kind.due(); }, kind_);
  }
  /// The run at due() is taken; the next one lies after `now`.
  void take(Time now) noexcept {
    std::visit([now](auto& kind) { kind.take(now); }, kind_);
  }
  /// The wall clock is `offset` ahead of the boot clock from `now` on.
  void set_clock(WallOffset offset, Time now) noexcept {
    if (auto* slots = std::get_if<Slots>(&kind_)) slots->set_clock(offset, now);
  }

 private:
  std::variant<Every, Slots> kind_;
};

}  // namespace pintle::schedule
