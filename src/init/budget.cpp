#include "init/budget.hpp"

#include <algorithm>

#include "init/run.hpp"

namespace pintle::init {

/// The time at which `number` eighths of the total are over.
std::optional<Time> Budget::eighths(int number) const noexcept {
  const bool is_end = main_ended_ && (!began_ || *main_ended_ < *began_);
  const auto& from = is_end ? main_ended_ : began_;
  if (!from || !total_) return std::nullopt;
  return *from + *total_ * number / 8;
}

std::optional<Time> Budget::before_end() const noexcept {
  const auto end = main_end();
  if (!end) return end;
  const Duration quarter = *total_ / 4;
  return *end - std::min(quarter, grace_.value_or(quarter));
}

Time Budget::remaining_end(Time now) const noexcept {
  if (const auto whole = end()) return *whole;
  return now + total_.value_or(std::max(kKillDelay, grace_.value_or(kKillDelay)));
}

Time Budget::limited(Time wanted) const noexcept {
  return std::min(wanted, end().value_or(wanted));
}

}  // namespace pintle::init
