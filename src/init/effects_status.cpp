// The part of the effects that says how everything is: supervisor's numbers with their words.
#include <fmt/format.h>

#include "init/effects.hpp"

namespace pintle::init {

namespace {

/// What the wall clock shows then, to the nearest second: a slot is a whole one, and both clocks
/// are read a moment apart.
std::int64_t unix_time(Time time) {
  using namespace std::chrono;
  const auto wall = system_clock::now() + (time - BootClock::now());
  return duration_cast<seconds>(round<seconds>(wall).time_since_epoch()).count();
}

}  // namespace

control::HookStatus Effects::hook_status(Owner owner) const {
  const config::Hook& hook = model_.hooks[owner];
  const Run& run = supervisor_.run(owner);
  control::HookStatus status{std::string(config::name_of(hook.kind)), hook.id, "waiting", run.runs};
  status.failures = run.failures;
  if (run.has_ended) {
    status.state = run.last_code == 0 && !run.timed_out ? "done" : "failed";
    status.last_code = run.last_code;
    status.last_time = run.last_time;
  }
  if (hook.kind == config::Kind::job) {
    add_job(owner, status);
  } else {
    status.state = hooks::name_of(supervisor_.step(owner));
  }
  return status;
}

/// Of a job its runs count, not their attempts.
void Effects::add_job(Owner owner, control::HookStatus& status) const {
  const Job& job = supervisor_.job(owner);
  const auto since = [](Time time) {
    return std::chrono::duration_cast<Duration>(BootClock::now() - time);
  };
  status.runs = job.count;
  status.state = job.has_ended ? (job.last_succeeded ? "done" : "failed") : "waiting";
  status.last_code = job.has_ended ? std::optional(job.last_code) : std::nullopt;
  status.last_time = job.last_time;
  status.failures = job.failures;
  status.streak = job.streak;
  if (supervisor_.is_running(job)) status.state = "running";
  if (job.began) status.began_before = since(*job.began);
  if (job.succeeded) status.succeeded_at = unix_time(*job.succeeded);
  if (const auto due = job.timer.due()) {
    status.next_in = -since(*due);
    status.next_at = unix_time(*due);
  }
}

/// What goes with the verdict: a success that does not turn it yet says how far it is.
std::string Effects::words_of_check(Owner owner) const {
  const health::State& check = supervisor_.check(owner);
  const bool waits = check.verdict() == health::Verdict::unhealthy && check.last_succeeded();
  if (!waits) return words_[owner];
  return fmt::format("{} of {} successes in a row", check.streak(),
                     model_.hooks[owner].check.success_threshold);
}

/// A step that waits for another one which has no place to run in will wait for ever.
std::string Effects::words_of_slow(Owner owner) const {
  const Owner waiting = supervisor_.held_back_beside(owner);
  if (waiting == kMain) return {};
  return fmt::format("parallelism is {}, so step {} waits for a free place",
                     supervisor_.parallelism(), model_.hooks[waiting].id);
}

control::Status Effects::status() const {
  control::Status status;
  const auto phase = supervisor_.phase();
  if (phase == Supervisor::Phase::running) status.phase = health::Phase::running;
  if (phase > Supervisor::Phase::running) status.phase = health::Phase::stopping;
  const Run& main = supervisor_.run(kMain);
  if (main.is_active()) {
    status.main_pid = main.pid;
    status.main_time = std::chrono::duration_cast<Duration>(BootClock::now() - main.began);
  }
  status.orphans = supervisor_.orphans();
  status.dropped_lines = log::dropped();
  for (Owner owner = 0; owner < model_.hooks.size(); ++owner) {
    const config::Hook& hook = model_.hooks[owner];
    if (hook.is_fallback || hook.copy_of != config::kNoHook) continue;
    if (hook.kind != config::Kind::check) {
      status.hooks.push_back(hook_status(owner));
      continue;
    }
    status.checks.push_back({hook.id, hook.check.question, supervisor_.check(owner).verdict(),
                             words_of_check(owner), supervisor_.run(owner).runs,
                             supervisor_.run(owner).failures});
  }
  return status;
}

}  // namespace pintle::init
