#include "init/lifecycle.hpp"

namespace pintle::init {

bool Lifecycle::lets_run(const Hook& hook) const noexcept {
  if (phase == Phase::init) return !start_failed;
  if (phase == Phase::running) return true;
  if (phase == Phase::exited) return false;
  const Hook& root = hook.root();
  if (root.is(config::Kind::job)) return root.config->job.after_main && part < StopPart::after;
  if (!root.is(config::Kind::shutdown)) return false;
  const bool is_before = root.config->moment == config::Moment::before;
  return part == (is_before ? StopPart::before : StopPart::after);
}

}  // namespace pintle::init
