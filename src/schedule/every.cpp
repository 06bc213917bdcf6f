#include "schedule/every.hpp"

namespace pintle::schedule {

void Every::take(Time now) noexcept {
  if (!due_) return;
  const auto late = now - *due_;
  *due_ += interval_ * (late / interval_ + 1);
}

std::optional<Time> Every::last(Time now, Duration within) const noexcept {
  if (!due_ || now < *due_) return std::nullopt;
  const Time slot = *due_ + interval_ * ((now - *due_) / interval_);
  return now - slot > within ? std::nullopt : std::optional(slot);
}

std::uint64_t Every::key(Time slot) const noexcept {
  return static_cast<std::uint64_t>((slot - began_) / interval_);
}

}  // namespace pintle::schedule
