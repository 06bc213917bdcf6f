#include "init/hook.hpp"

#include <unordered_map>

namespace pintle::init {

Hooks::Hooks(const config::Model& model) {
  std::unordered_map<const config::Hook*, Hook*> made;
  for (const config::Role& role : config::roles_in(model)) {
    Hook& hook = add(*role.hook);
    made.emplace(role.hook, &hook);
    if (role.failed == nullptr) continue;
    hook.stands_for = made.at(role.failed);
    hook.stands_for->fallback = &hook;
  }
  for (const config::Hook& hook : model.hooks) {
    const auto* job = hook.if_is<config::JobPolicy>();
    const bool overlaps = job != nullptr && job->concurrency == config::Concurrency::allow;
    for (std::size_t i = 1; overlaps && i < kMostRuns; ++i) add_further_run(hook);
  }
}

Hook& Hooks::add(const config::Hook& config) {
  Hook& hook = all_.emplace_back();
  hook.config = &config;
  if (const auto* check = config.if_is<config::CheckPolicy>()) {
    hook.task = CheckTask{hooks::CheckState(*check)};
  }
  return hook;
}

/// Adds another hook for a parallel run, with its own fallbacks, because a hook has only one child
/// at a time.
void Hooks::add_further_run(const config::Hook& config) {
  Hook* above = nullptr;
  for (const config::Hook* one = &config;; one = &one->fallback.front()) {
    Hook& hook = add(*one);
    hook.is_further_run = true;
    hook.stands_for = above;
    if (above != nullptr) above->fallback = &hook;
    above = &hook;
    if (one->fallback.empty()) return;
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
