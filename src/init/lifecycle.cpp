#include "init/lifecycle.hpp"

namespace pintle::init {

namespace {

bool is_final(const Hook& hook) noexcept {
  return hook.is(config::Kind::step) && hook.config->as<config::StepPolicy>().is_final;
}

}  // namespace

bool Lifecycle::lets_run(const Hook& hook) const noexcept {
  if (phase == Phase::init) return !start_failed || (!finally_is_over && is_final(hook.root()));
  if (phase == Phase::running) return true;
  if (phase == Phase::exited) return false;
  const Hook& root = hook.root();
  if (root.is(config::Kind::job))
    return root.config->as<config::JobPolicy>().after_main && part < StopPart::after;
  if (!root.is(config::Kind::shutdown)) return false;
  const bool is_before = root.config->as<config::ShutdownPolicy>().moment == config::Moment::before;
  return part == (is_before ? StopPart::before : StopPart::after);
}

bool Lifecycle::lets_begin(const Hook& hook, const Budget& budget, Time now) const noexcept {
  if (!lets_run(hook)) return false;
  return !hook.root().is(config::Kind::shutdown) || has_time(budget, now);
}

bool Lifecycle::has_time(const Budget& budget, Time now) const noexcept {
  const bool is_before = part == StopPart::before;
  if (!is_before && part != StopPart::after) return true;
  if (is_before ? before_is_hurried : after_is_hurried) return false;
  const auto limit = is_before ? budget.before_end() : budget.end();
  return !limit || now < *limit;
}

}  // namespace pintle::init
