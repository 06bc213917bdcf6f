// schedule/every.hpp - `{"every": "6h"}`: fixed slots from the start of main. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace pintle::schedule {

class Every {
 public:
  explicit Every(Duration interval) noexcept : interval_(interval) {}

  /// The slots are one interval apart, the first one interval from `now`.
  void begin(Time now) noexcept {
    began_ = now;
    due_ = now + interval_;
  }
  void end() noexcept { due_.reset(); }

  std::optional<Time> due() const noexcept { return due_; }

  /// Takes the slot at due(). Other slots until `now` are skipped: the next one is after `now`,
  /// however long the machine was suspended.
  void take(Time now) noexcept;

  /// The last slot until `now` that is not taken; nullopt if there is none, or if it is more than
  /// `within` ago.
  std::optional<Time> last(Time now, Duration within) const noexcept;

  /// A number that identifies the slot.
  std::uint64_t key(Time slot) const noexcept;

 private:
  Duration interval_;
  Time began_{};
  std::optional<Time> due_;
};

}  // namespace pintle::schedule
