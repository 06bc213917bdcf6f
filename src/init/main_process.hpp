// init/main_process.hpp - the main process: the signals for it, its grace period, what happens if
// its terminal stops it, and the exit code after its end. Pure.
#pragma once

#include "init/action_queue.hpp"
#include "init/budget.hpp"
#include "init/events.hpp"
#include "init/hook.hpp"
#include "init/rules.hpp"

namespace pintle::init {

class MainProcess {
 public:
  MainProcess(Hook& hook, const Rules& rules, ActionQueue& queue, const Budget& budget) noexcept
      : hook_(hook), rules_(rules), queue_(queue), budget_(budget) {
    hook.signals_group = rules.signal_group;
  }

  Hook& hook() noexcept { return hook_; }
  bool is_active() const noexcept { return hook_.run.is_active(); }

  /// Sends `number`, or the signal that the config maps it to. With `stops`, sends SIGCONT as well,
  /// so that the signal also reaches a main that is stopped.
  void forward(int number, bool stops) noexcept;

  /// Begins the stop of main: sends its stop signal, unless it has got one already, and starts its
  /// grace period.
  void stop(int number, Time now) noexcept;

  /// Extends the grace period, but not beyond the end of the whole shutdown: EXTEND_TIMEOUT_USEC,
  /// sd_notify(3).
  void extend(Duration time, Time now) noexcept;

  /// Main was stopped by SIGSTOP or by its terminal.
  void stopped_by(int signal) noexcept;

  /// How PID 1 exits after this end of main.
  Quit verdict_on(const ChildGone& event) const noexcept;

 private:
  Hook& hook_;
  const Rules& rules_;
  ActionQueue& queue_;
  const Budget& budget_;
  bool was_told_ = false;  ///< it has got a stop signal
};

}  // namespace pintle::init
