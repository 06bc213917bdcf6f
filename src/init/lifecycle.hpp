// init/lifecycle.hpp - the phase of PID 1, and which hooks may run in it. Pure.
//
//   init      the init steps run               -> running, or stopping if one has failed
//   running   main, checks and jobs run        -> stopping
//   stopping  before     jobs and the steps before main's stop signal end or are stopped
//             main       main has got its stop signal, and ends or is killed
//             after      the steps after main
//             remaining  the remaining processes are stopped
//   exited    PID 1 exits
#pragma once

#include <cstdint>

#include "init/budget.hpp"
#include "init/hook.hpp"

namespace pintle::init {

enum class Phase : std::uint8_t { init, running, stopping, exited };

/// The part of the shutdown that is in progress.
enum class StopPart : std::uint8_t { before, main, after, remaining };

struct Lifecycle {
  Phase phase = Phase::init;
  StopPart part = StopPart::before;
  // Another stop signal came during this part.
  bool before_is_hurried = false;
  bool after_is_hurried = false;
  bool start_failed = false;     ///< a step failed, or a stop signal came, before main was started
  bool finally_is_over = false;  ///< after that, no step of a `finally` runs any more

  /// False if a run of `hook` must be stopped.
  bool lets_run(const Hook& hook) const noexcept;

  /// False if `hook` must not begin any more, neither another attempt nor its fallback.
  bool lets_begin(const Hook& hook, const Budget& budget, Time now) const noexcept;

  /// False if the present part of the shutdown must start no more steps: its time is over, or
  /// another stop signal came during it. True in the parts without steps.
  bool has_time(const Budget& budget, Time now) const noexcept;
};

}  // namespace pintle::init
