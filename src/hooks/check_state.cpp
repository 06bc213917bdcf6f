#include "hooks/check_state.hpp"

#include <algorithm>

namespace pintle::hooks {

using namespace std::chrono_literals;

std::string_view name_of(Verdict verdict) noexcept {
  constexpr std::string_view kNames[] = {"unknown", "healthy", "unhealthy"};
  return kNames[static_cast<std::size_t>(verdict)];
}

void CheckState::begin(Time now) noexcept {
  if (began_) return;
  began_ = now;
  due_ = now;
}

bool CheckState::forgives(Time now) const noexcept {
  return !succeeded_once_ && now - *began_ < start_period();
}

Duration CheckState::wait(Time now) const noexcept {
  if (!forgives(now)) return policy_.interval;
  const Duration left = start_period() - std::chrono::floor<Duration>(now - *began_);
  const Duration quick = policy_.start_interval.value_or(std::min<Duration>(1s, policy_.interval));
  // At the end of the start period comes a run that counts.
  return std::min(quick, left);
}

bool CheckState::finished(bool succeeded, Time now) noexcept {
  const Verdict before = verdict_;
  const bool forgiven = !succeeded && forgives(now);
  streak_ = succeeded == last_ && !forgiven ? streak_ + 1 : 1;
  if (forgiven) streak_ = 0;
  last_ = succeeded;
  succeeded_once_ = succeeded_once_ || succeeded;
  if (succeeded && streak_ >= policy_.success_threshold) verdict_ = Verdict::healthy;
  if (!succeeded && streak_ >= policy_.failure_threshold) verdict_ = Verdict::unhealthy;
  due_ = is_hurried_ ? now : now + wait(now);
  is_hurried_ = false;
  return verdict_ != before;
}

}  // namespace pintle::hooks
