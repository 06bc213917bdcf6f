// hooks/check_state.hpp - the verdict on one check: thresholds, start period, and when to run next.
// Failures in the start period do not count before the first success, and one success ends it, as
// with Docker's HEALTHCHECK; thresholds work both ways, as the kubelet's. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "config/model.hpp"

namespace pintle::hooks {

enum class Verdict : std::uint8_t { unknown, healthy, unhealthy };

std::string_view name_of(Verdict verdict) noexcept;

class CheckState {
 public:
  explicit CheckState(const config::CheckPolicy& policy) noexcept : policy_(policy) {}

  /// From here on the check runs: the first time at once.
  void begin(Time now) noexcept;

  /// When to run next; nullopt while it is running or has not begun.
  std::optional<Time> due() const noexcept { return due_; }

  /// Makes the next run due at once, if begin() was called; a check that is running runs again
  /// afterwards.
  void hurry(Time now) noexcept {
    if (due_) {
      due_ = now;
    } else {
      is_hurried_ = has_begun();
    }
  }

  /// A run has started.
  void started() noexcept { due_.reset(); }

  /// A run has ended. True if the verdict changed.
  bool finished(bool succeeded, Time now) noexcept;

  /// No further runs.
  void end() noexcept {
    due_.reset();
    is_hurried_ = false;
  }

  Verdict verdict() const noexcept { return verdict_; }
  /// How many results in a row are like the last one.
  std::int64_t streak() const noexcept { return streak_; }
  bool last_succeeded() const noexcept { return last_; }
  bool has_begun() const noexcept { return began_.has_value(); }

 private:
  Duration start_period() const noexcept { return policy_.start_period.value_or(policy_.interval); }
  Duration wait(Time now) const noexcept;
  bool forgives(Time now) const noexcept;

  config::CheckPolicy policy_;
  std::optional<Time> began_;
  std::optional<Time> due_;
  Verdict verdict_ = Verdict::unknown;
  std::int64_t streak_ = 0;
  bool last_ = false;
  bool is_hurried_ = false;
  bool succeeded_once_ = false;
};

}  // namespace pintle::hooks
