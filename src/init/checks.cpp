#include "init/checks.hpp"

#include <algorithm>

namespace pintle::init {
namespace {

const config::CheckPolicy& policy_of(const Hook& hook) {
  return hook.config->as<config::CheckPolicy>();
}

}  // namespace

using config::OnFailure;
using config::Question;
using hooks::Verdict;

Checks::Checks(Hooks& hooks, const ComponentContext& context) : context_(context) {
  for (Hook& hook : hooks) {
    if (!hook.is(config::Kind::check)) continue;
    hook.component = this;
    checks_.push_back(&hook);
  }
}

void Checks::begin(Time now) noexcept {
  open_gates(now);
}

void Checks::end() noexcept {
  for (Hook* hook : checks_) hook->check().end();
}

bool Checks::drive(Time now) noexcept {
  const auto due = std::find_if(checks_.begin(), checks_.end(), [&](const Hook* hook) {
    return hook->check().due() && now >= *hook->check().due();
  });
  if (due == checks_.end()) return false;
  (*due)->check().started();
  context_.attempts.begin(**due, now);
  return true;
}

void Checks::concluded(const Ended& ended, Time now) noexcept {
  if (context_.lifecycle.phase != Phase::running) return;
  if (ended.fell_back()) return repair_ended(ended, now);
  run_ended(ended.hook, ended.outcome == Outcome::success, now);
}

void Checks::run_ended(Hook& hook, bool succeeded, Time now) noexcept {
  hooks::CheckState& check = hook.check();
  const bool changed = check.finished(succeeded, now);
  if (changed) {
    context_.queue.tell(News::check_changed, hook, hook.run.last_code);
    turned(hook, now);
  } else if (!succeeded) {
    context_.queue.tell(News::check_failed, hook, hook.run.last_code);
    const bool is_repaired = std::get<CheckTask>(hook.task).is_repaired;
    const bool again = is_repaired && check.verdict() == Verdict::unhealthy;
    if (again && policy_of(hook).then_terminate) terminating_ = &hook;
  }
  const bool is_startup = policy_of(hook).question == Question::startup;
  if (!is_startup || check.verdict() != Verdict::healthy) return;
  check.end();  // a startup check that has passed does not run again
  open_gates(now);
}

void Checks::turned(Hook& hook, Time now) noexcept {
  std::get<CheckTask>(hook.task).is_repaired = false;
  if (hook.check().verdict() != Verdict::unhealthy) return;
  if (hook.config->on_failure == OnFailure::terminate) {
    terminating_ = &hook;
    return;
  }
  if (hook.config->on_failure != OnFailure::run || hook.fallback->run.is_busy()) return;
  context_.queue.tell(News::repair_started, hook);
  context_.attempts.begin(*hook.fallback, now);
}

/// The check runs again at once: only it can tell whether the repair helped.
void Checks::repair_ended(const Ended& ended, Time now) noexcept {
  const Run& run = ended.last.run;
  const News news = has_failed(ended.outcome) ? News::repair_failed : News::repair_done;
  context_.queue.push(Tell{news, &ended.hook, run.last_code, run.last_time, run.timed_out});
  std::get<CheckTask>(ended.hook.task).is_repaired = true;
  ended.hook.check().hurry(now);
}

void Checks::open_gates(Time now) noexcept {
  const bool passed = startup_passed();
  for (Hook* hook : checks_) {
    if (passed || policy_of(*hook).question == Question::startup) hook->check().begin(now);
  }
}

std::optional<Time> Checks::deadline() const noexcept {
  std::optional<Time> first;
  for (const Hook* hook : checks_) first = earliest(first, hook->check().due());
  return first;
}

/// True if `is` is true for the verdict of a check with this question.
template <class Is>
bool Checks::any(Question question, Is is) const noexcept {
  return std::any_of(checks_.begin(), checks_.end(), [&](const Hook* hook) {
    return policy_of(*hook).question == question && is(hook->check().verdict());
  });
}

bool Checks::startup_passed() const noexcept {
  return !any(Question::startup, [](Verdict verdict) { return verdict != Verdict::healthy; });
}

bool Checks::is_alive() const noexcept {
  return !any(Question::liveness, [](Verdict verdict) { return verdict == Verdict::unhealthy; });
}

bool Checks::is_ready() const noexcept {
  const bool hushed =
      main_says_ == hooks::MainSays::starting || main_says_ == hooks::MainSays::stopping;
  return context_.lifecycle.phase == Phase::running && startup_passed() && !hushed &&
         !any(Question::readiness, [](Verdict verdict) { return verdict != Verdict::healthy; });
}

}  // namespace pintle::init
