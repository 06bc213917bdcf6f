// init/main_process.hpp - main: the signals that it is sent, its grace period, what a stop by its
// terminal means, and the exit code that its end gives. Pure.
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

  /// Main gets `number`, or what it gets instead; one that stops gets SIGCONT as well, because it
  /// must reach a main that is stopped, too.
  void forward(int number, bool stops) noexcept;

  /// The stop has come to main: its stop signal, unless it had one, and its grace period.
  void stop(int number, Time now) noexcept;

  /// It asks for more time, within what the whole stop may take: EXTEND_TIMEOUT_USEC, sd_notify(3).
  void extend(Duration time, Time now) noexcept;

  /// It was stopped by SIGSTOP, or by its terminal.
  void stopped_by(int signal) noexcept;

  /// What PID 1 ends with, main having ended like that.
  Quit verdict_on(const ChildGone& event) const noexcept;

 private:
  Hook& hook_;
  const Rules& rules_;
  ActionQueue& queue_;
  const Budget& budget_;
  bool was_told_ = false;  ///< it has had a stop signal
};

}  // namespace pintle::init
