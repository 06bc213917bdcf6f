// init/budget.hpp - the time that a stop may take (`gracePeriod` and `totalGracePeriod`), and what
// each part of it gets, so that the parts behind it keep some. Pure.
#pragma once

#include <optional>

#include "base/clock.hpp"

namespace pintle::init {

class Budget {
 public:
  /// Without a grace period main has for ever, without a total the whole stop has.
  Budget(std::optional<Duration> grace, std::optional<Duration> total,
         bool has_steps_after) noexcept
      : grace_(grace), total_(total), has_steps_after_(has_steps_after) {}

  /// The stop begins. The first time counts.
  void begin(Time now) noexcept {
    if (!began_) began_ = now;
  }
  /// Main has ended: where that is what began the stop, the total counts from here.
  void note_main_end(Time now) noexcept { main_ended_ = now; }

  const std::optional<Duration>& grace() const noexcept { return grace_; }

  // nullopt: there is no such limit, or the stop has not begun.
  /// Of the whole stop.
  std::optional<Time> end() const noexcept { return eighths(8); }
  /// Until when main's stop signal waits for jobs.
  std::optional<Time> jobs_end() const noexcept { return eighths(2); }
  /// Of the steps before main: a quarter is left to main, or its grace period if that is shorter.
  std::optional<Time> before_end() const noexcept;
  /// Of main: an eighth is left to the steps after it, if there are any.
  std::optional<Time> main_end() const noexcept { return eighths(has_steps_after_ ? 7 : 8); }
  /// Of what main left behind, which has the rest: it may have something to save as well.
  Time leftovers_end(Time now) const noexcept;

  /// `wanted`, or the end of the whole stop if that is sooner.
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
