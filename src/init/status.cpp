#include "init/status.hpp"

#include <fmt/format.h>

#include "base/log.hpp"

namespace pintle::init {
namespace {

using config::Kind;

/// The Unix time of `time`, rounded to the nearest second: slots are whole seconds, and both clocks
/// are not read at exactly the same moment.
std::int64_t unix_time(Time time) {
  using namespace std::chrono;
  const auto wall = system_clock::now() + (time - BootClock::now());
  return duration_cast<seconds>(round<seconds>(wall).time_since_epoch()).count();
}

/// For a job, runs are counted and not attempts.
void add_job(const Job& job, control::HookStatus& status) {
  const auto since = [](Time time) {
    return std::chrono::duration_cast<Duration>(BootClock::now() - time);
  };
  status.runs = job.count;
  status.state = job.has_ended ? (job.last_succeeded ? "done" : "failed") : "waiting";
  status.last_code = job.has_ended ? std::optional(job.last_code) : std::nullopt;
  status.last_time = job.last_time;
  status.failures = job.failures;
  status.streak = job.streak;
  if (job.is_running()) status.state = "running";
  if (job.began) status.began_before = since(*job.began);
  if (job.succeeded) status.succeeded_at = unix_time(*job.succeeded);
  if (const auto due = job.timer.due()) {
    status.next_in = -since(*due);
    status.next_at = unix_time(*due);
  }
}

control::HookStatus hook_status(const Hook& hook) {
  const Run& run = hook.run;
  control::HookStatus status{std::string(config::name_of(hook.config->kind())),
                             std::string(hook.id()), "waiting", run.runs};
  status.proof = sys::describe(hook.proof);
  status.failures = run.failures;
  if (run.has_ended) {
    status.last_code = run.last_code;
    status.last_time = run.last_time;
  }
  if (hook.is(Kind::job)) {
    add_job(hook.job(), status);
  } else {
    status.state = hooks::name_of(step_state(hook));
  }
  return status;
}

/// The message of a check. After successes that do not yet make it healthy, says how many there
/// were.
std::string words_of_check(const Hook& hook) {
  const hooks::CheckState& check = hook.check();
  const bool waits = check.verdict() == hooks::Verdict::unhealthy && check.last_succeeded();
  if (!waits) return hook.words;
  return fmt::format("{} of {} successes in a row", check.streak(),
                     hook.config->as<config::CheckPolicy>().success_threshold);
}

}  // namespace

control::Status status_of(const Supervisor& supervisor) {
  control::Status status;
  const auto phase = supervisor.phase();
  if (phase == Phase::running) status.phase = hooks::Phase::running;
  if (phase > Phase::running) status.phase = hooks::Phase::stopping;
  const Run& main = supervisor.hooks().main().run;
  if (main.is_active()) {
    status.main_pid = main.pid;
    status.main_proof = sys::describe(supervisor.hooks().main().proof);
    status.main_time = std::chrono::duration_cast<Duration>(BootClock::now() - main.began);
  }
  status.orphans = supervisor.orphans();
  status.dropped_lines = log::dropped();
  for (const Hook& hook : supervisor.hooks()) {
    if (hook.stands_for != nullptr || hook.is_further_run) continue;
    if (!hook.is(Kind::check)) {
      status.hooks.push_back(hook_status(hook));
      continue;
    }
    status.checks.push_back(
        {std::string(hook.id()), hook.config->as<config::CheckPolicy>().question,
         hook.check().verdict(), words_of_check(hook), hook.run.runs, hook.run.failures});
  }
  return status;
}

}  // namespace pintle::init
