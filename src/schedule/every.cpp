#include "schedule/every.hpp"

namespace pintle::schedule {

void Every::take(Time now) noexcept {
  if (!due_) return;
  const auto late = now - *due_;
  *due_ += interval_ * (late / interval_ + 1);
}

bool Every::is_missed(Time now, Duration within) const noexcept {
  return due_ && now > *due_ && (now - *due_) % interval_ > within;
}

std::uint64_t Every::key() const noexcept {
  return due_ ? static_cast<std::uint64_t>((*due_ - began_) / interval_) : 0;
}

}  // namespace pintle::schedule
