#include "init/hook.hpp"

namespace pintle::init {

using config::kNoHook;

Hooks::Hooks(const config::Model& model) {
  const std::size_t count = model.hooks.size();
  for (Place place = 0; place < count; ++place) (void)add(model, place);
  for (Place place = 0; place < count; ++place) {
    const Place fallback = model.hooks[place].fallback_hook;
    if (fallback == kNoHook) continue;
    all_[place].fallback = &all_[fallback];
    all_[fallback].stands_for = &all_[place];
  }
  for (Place place = 0; place < count; ++place) {
    const config::Hook& hook = model.hooks[place];
    const bool overlaps =
        hook.kind == config::Kind::job && hook.job.concurrency == config::Concurrency::allow;
    for (std::size_t i = 1; overlaps && i < kMostRuns; ++i) add_further_run(model, place);
  }
}

Hook& Hooks::add(const config::Model& model, Place place) {
  Hook& hook = all_.emplace_back();
  hook.config = &model.hooks[place];
  hook.place = place;
  if (hook.is(config::Kind::check)) hook.task = CheckTask{hooks::CheckState(hook.config->check)};
  return hook;
}

/// With its own of whatever stands in for it: a hook has one child at a time.
void Hooks::add_further_run(const config::Model& model, Place place) {
  Hook* above = nullptr;
  for (; place != kNoHook; place = model.hooks[place].fallback_hook) {
    Hook& hook = add(model, place);
    hook.is_further_run = true;
    hook.stands_for = above;
    if (above != nullptr) above->fallback = &hook;
    above = &hook;
  }
}

Hook* Hooks::find(pid_t pid) noexcept {
  if (main_.run.is_active() && main_.run.pid == pid) return &main_;
  for (Hook& hook : all_) {
    if (hook.run.is_active() && hook.run.pid == pid) return &hook;
  }
  return nullptr;
}

}  // namespace pintle::init
