// init/stop.hpp - the shutdown of the container, one part after the other: jobs, checks and the
// steps before main's stop signal; main; the steps after main; the remaining processes. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "init/budget.hpp"
#include "init/jobs.hpp"
#include "init/main_process.hpp"
#include "init/stage.hpp"

namespace pintle::init {

class Stop {
 public:
  /// The objects that the shutdown stops.
  struct Parts {
    Hooks& hooks;
    Jobs& jobs;
    MainProcess& main;
    Stage& before;  ///< the shutdown steps before main's stop signal
    Stage& after;
  };
  Stop(Parts parts, ActionQueue& queue, Attempts& attempts, Lifecycle& lifecycle, Budget& budget,
       bool is_pid1) noexcept
      : parts_(parts),
        queue_(queue),
        attempts_(attempts),
        lifecycle_(lifecycle),
        budget_(budget),
        is_pid1_(is_pid1) {}

  /// The signal that began the shutdown; 0: none, so main gets SIGTERM.
  void set_signal(int number) noexcept { signal_ = number; }
  int signal() const noexcept { return signal_; }

  /// Limits hooks and processes that are being stopped already to the end of the total grace
  /// period, which is known now.
  void limit_to_total() noexcept;

  /// Another stop signal ends the present part early, except the wait for main, which got the
  /// signal as well.
  void hurry(Time now) noexcept;

  /// Main has ended, or there is no main to stop.
  void main_is_over(Time now) noexcept;

  /// Does one thing that is due; false if nothing is.
  bool drive(Time now) noexcept;
  std::optional<Time> deadline() const noexcept;
  /// True if the shutdown is complete.
  bool is_over() const noexcept { return is_over_; }

  // Events about children from the kernel.
  void child_began() noexcept { has_children_ = true; }
  void child_died() noexcept {
    children_known_ = false;
    died_since_kill_ = true;
  }
  void note_orphan() noexcept { orphans_ += 1; }
  void note_children(bool has_children) noexcept {
    children_known_ = true;
    has_children_ = has_children;
  }
  std::uint64_t orphans() const noexcept { return orphans_; }

 private:
  enum class Remaining : std::uint8_t { unknown, asked, killed };

  bool end_what_is_over(Time now) noexcept;
  bool drive_before(Time now) noexcept;
  void stop_main(Time now) noexcept;
  bool drive_after(Time now) noexcept;
  bool drive_remaining(Time now) noexcept;
  bool ask_remaining(Time now) noexcept;
  bool kill_remaining(Time now) noexcept;
  bool kill_more(Time now) noexcept;

  Parts parts_;
  ActionQueue& queue_;
  Attempts& attempts_;
  Lifecycle& lifecycle_;
  Budget& budget_;
  bool is_pid1_;
  int signal_ = 0;
  Remaining remaining_ = Remaining::unknown;
  std::optional<Time> remaining_deadline_{};
  bool children_known_ = false;  ///< has_children_ is up to date
  bool has_children_ = false;
  std::uint64_t orphans_ = 0;
  bool died_since_kill_ = false;  ///< a child has died since the last SIGKILL to all
  bool is_over_ = false;
};

}  // namespace pintle::init
