#include "schedule/every.hpp"

namespace pintle::schedule {

void Every::take(Time now) noexcept {
  if (!due_) return;
  const auto late = now - *due_;
  *due_ += interval_ * (late / interval_ + 1);
}

}  // namespace pintle::schedule
