// init/budget.hpp - the time that the shutdown may take (`gracePeriod` and `totalGracePeriod`), and
// the limits of its parts: each part leaves some time to the next ones. Pure.
#pragma once

#include <optional>

#include "base/clock.hpp"

namespace pintle::init {

class Budget {
 public:
  /// Without a grace period main has no limit; without a total the whole shutdown has none.
  Budget(std::optional<Duration> grace, std::optional<Duration> total,
         bool has_steps_after) noexcept
      : grace_(grace), total_(total), has_steps_after_(has_steps_after) {}

  /// The shutdown begins. Only the first call counts.
  void begin(Time now) noexcept {
    if (!began_) began_ = now;
  }
  /// Main has ended. If that began the shutdown, the total counts from here.
  void note_main_end(Time now) noexcept { main_ended_ = now; }

  const std::optional<Duration>& grace() const noexcept { return grace_; }

  // The limits of the parts. nullopt: there is no limit, or the shutdown has not begun.
  /// Of the whole shutdown.
  std::optional<Time> end() const noexcept { return eighths(8); }
  /// Of the wait for jobs before main gets its stop signal.
  std::optional<Time> jobs_end() const noexcept { return eighths(2); }
  /// Of the steps before main: they leave a quarter to main, or its grace period if that is
  /// shorter.
  std::optional<Time> before_end() const noexcept;
  /// Of main: it leaves an eighth to the steps after it, if there are any.
  std::optional<Time> main_end() const noexcept { return eighths(has_steps_after_ ? 7 : 8); }
  /// Of the remaining processes, which get the time that is left: they may have data to save as
  /// well.
  Time remaining_end(Time now) const noexcept;

  /// `wanted`, or the end of the whole shutdown if that is sooner.
  Time limited(Time wanted) const noexcept;

 private:
  std::optional<Time> eighths(int number) const noexcept;

  std::optional<Duration> grace_;
  std::optional<Duration> total_;
  bool has_steps_after_;
  std::optional<Time> began_;
  std::optional<Time> main_ended_;
};

}  // namespace pintle::init
