// The part of the supervisor that says what the end of a check's run means: its verdict, the gates
// that it opens, its repair, and the end of main.
#include "base/exit_codes.hpp"
#include "init/supervisor.hpp"

namespace pintle::init {

void Supervisor::check_gone(Owner owner, bool succeeded, Time now) noexcept {
  health::State& check = checks_[extra_[owner]];
  if (phase_ != Phase::running) return;
  const bool changed = check.finished(succeeded, now);
  if (changed) {
    tell(News::check_changed, owner, runs_[owner].last_code);
    check_turned(owner, now);
  } else if (!succeeded) {
    tell(News::check_failed, owner, runs_[owner].last_code);
    const bool again = is_repaired_[extra_[owner]] && check.verdict() == health::Verdict::unhealthy;
    if (again && model_.hooks[owner].then_terminate) terminate(owner, now);
  }
  const bool is_startup = model_.hooks[owner].check.question == config::Question::startup;
  if (!is_startup || check.verdict() != health::Verdict::healthy) return;
  check.end();  // it has been answered for good
  open_gates(now);
}

void Supervisor::on(const CheckHurried& event, Time now) noexcept {
  checks_[extra_[event.owner]].hurry(now);
}

void Supervisor::check_turned(Owner owner, Time now) noexcept {
  const config::Hook& hook = model_.hooks[owner];
  is_repaired_[extra_[owner]] = false;
  if (checks_[extra_[owner]].verdict() != health::Verdict::unhealthy) return;
  if (hook.on_failure == config::OnFailure::terminate) return terminate(owner, now);
  const Owner repair = hook.fallback_hook;
  if (hook.on_failure != config::OnFailure::run || runs_[repair].is_busy()) return;
  tell(News::repair_started, owner);
  begin(repair, runs_[repair], now);
}

/// Whatever the repair says of itself, the check tells whether it helped.
void Supervisor::conclude_repair(Owner owner, Owner repair, Outcome outcome, Time now) noexcept {
  if (phase_ != Phase::running) return;
  const Run& run = runs_[repair];
  const bool succeeded = outcome == Outcome::success || outcome == Outcome::skipped;
  push(Tell{succeeded ? News::repair_done : News::repair_failed, owner, run.last_code,
            run.last_time, run.timed_out});
  is_repaired_[extra_[owner]] = true;
  checks_[extra_[owner]].hurry(now);
}

/// Main is stopped as a stop signal would, and whatever it ends with, the code says why.
void Supervisor::terminate(Owner owner, Time now) noexcept {
  if (phase_ != Phase::running) return;
  tell(News::check_terminates, owner, runs_[owner].last_code);
  verdict_ = Quit{static_cast<int>(ExitCode::liveness), Reason::unhealthy, owner};
  begin_stop(now);
}

void Supervisor::on(const MainSpoke& event, Time) noexcept {
  main_says_ = event.says;
}

bool Supervisor::is_alive() const noexcept {
  return !any_check(config::Question::liveness,
                    [](health::Verdict verdict) { return verdict == health::Verdict::unhealthy; });
}

bool Supervisor::is_ready() const noexcept {
  const bool hushed =
      main_says_ == health::MainSays::starting || main_says_ == health::MainSays::stopping;
  return phase_ == Phase::running && startup_passed() && !hushed &&
         !any_check(config::Question::readiness,
                    [](health::Verdict verdict) { return verdict != health::Verdict::healthy; });
}

}  // namespace pintle::init
