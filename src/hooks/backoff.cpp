#include "hooks/backoff.hpp"

#include <algorithm>
#include <cmath>

namespace pintle::hooks {
namespace {

double factor_of(const config::Backoff& backoff, int attempt) noexcept {
  switch (backoff.type) {
    case config::BackoffType::none:
      return 0;
    case config::BackoffType::constant:
      return 1;
    case config::BackoffType::linear:
      return attempt;
    case config::BackoffType::exponential:
      return std::pow(backoff.factor, attempt - 1);
  }
  return 1;
}

}  // namespace

Duration wait_after(const config::Backoff& backoff, int attempt, double chance) noexcept {
  // Zero times infinity, which the power can become, would be NaN.
  if (backoff.initial.count() == 0) return Duration(0);
  const auto initial = static_cast<double>(backoff.initial.count());
  const auto longest = static_cast<double>(backoff.max.count());
  const double wait = std::min(initial * factor_of(backoff, attempt), longest);
  return Duration(static_cast<Duration::rep>(wait * (1 - backoff.jitter * chance)));
}

}  // namespace pintle::hooks
