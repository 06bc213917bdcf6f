// init/lifecycle.hpp - how far PID 1 is on its way, and who may still run there. Pure.
//
//   init      the steps run                    -> running, or stopping when one has failed
//   running   main, checks and jobs run        -> stopping
//   stopping  before   jobs and the steps before main's stop signal are ended or done
//             main     main has its stop signal; it ends, or its grace period does
//             after    the steps after main
//             rest     what is left in the container is ended
//   exited    PID 1 ends
#pragma once

#include <cstdint>

#include "init/budget.hpp"
#include "init/hook.hpp"

namespace pintle::init {

enum class Phase : std::uint8_t { init, running, stopping, exited };

/// What the stop waits for.
enum class StopPart : std::uint8_t { before, main, after, rest };

struct Lifecycle {
  Phase phase = Phase::init;
  StopPart part = StopPart::before;
  // A further stop signal came while these were waited for.
  bool before_is_hurried = false;
  bool after_is_hurried = false;
  bool start_failed = false;  ///< a step failed, or a stop signal came, before main was started

  /// False where a run of `hook` is to be ended.
  bool lets_run(const Hook& hook) const noexcept;

  /// False where nothing of `hook` is to begin any more, a further attempt or its fallback either.
  bool lets_begin(const Hook& hook, const Budget& budget, Time now) const noexcept;

  /// Whether the part of the stop that has steps may start one: it is within its bound, and nobody
  /// is in a hurry. Other parts have no steps.
  bool has_time(const Budget& budget, Time now) const noexcept;
};

}  // namespace pintle::init
