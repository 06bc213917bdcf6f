// The parts of the supervisor that drive hooks: steps in init, checks and jobs while running, and
// the end of whatever takes too long.
#include <algorithm>
#include <csignal>

#include "base/exit_codes.hpp"
#include "init/supervisor.hpp"

namespace pintle::init {

void Supervisor::begin(Owner owner, Run& run, Time now) noexcept {
  run.state = Run::State::starting;
  run.attempt += 1;
  run.began = now;
  run.timed_out = false;
  push(Spawn{owner});
}

void Supervisor::end(Owner owner, Run& run, Time now) noexcept {
  const bool is_check = owner != kMain && model_.hooks[owner].kind == Kind::check;
  // A probe has nothing to put in order, and must not outlive its timeout.
  if (is_check) {
    push(Kill{owner, -run.pid, SIGKILL});
    run.state = Run::State::killed;
    run.deadline.reset();
    return;
  }
  push(Kill{owner, -run.pid, SIGTERM});
  push(Kill{owner, -run.pid, SIGCONT});
  run.state = Run::State::ending;
  run.deadline = limit_to_total(now + kKillDelay);
}

bool Supervisor::enforce_deadlines(Time now) noexcept {
  if (enforce(kMain, main_, now)) return true;
  for (Owner owner = 0; owner < runs_.size(); ++owner) {
    if (enforce(owner, runs_[owner], now)) return true;
  }
  return false;
}

bool Supervisor::enforce(Owner owner, Run& run, Time now) noexcept {
  if (!run.is_active()) return false;
  if (run.remark && now >= *run.remark) {
    const Duration time = std::chrono::duration_cast<Duration>(now - run.began);
    push(Tell{.news = News::step_slow, .owner = owner, .time = time});
    run.remark = now + kSlowStep;  // once, however long the machine slept
    return true;
  }
  if (!run.deadline || now < *run.deadline) return false;
  if (owner == kMain || run.state == Run::State::ending) {
    if (owner == kMain) push(Tell{.news = News::grace_over});
    const bool group = owner != kMain || rules_.signal_group;
    push(Kill{owner, group ? -run.pid : run.pid, SIGKILL});
    run.state = Run::State::killed;
    run.deadline.reset();
    return true;
  }
  run.timed_out = true;
  const Duration time = std::chrono::duration_cast<Duration>(now - run.began);
  push(Tell{.news = News::hook_timed_out, .owner = owner, .time = time});
  end(owner, run, now);
  return true;
}

bool Supervisor::any_active() const noexcept {
  return std::any_of(runs_.begin(), runs_.end(), [](const Run& run) { return run.is_active(); });
}

bool Supervisor::drive_init(Time now) noexcept {
  if (stop_signal_ != 0 || failed_step_) {
    for (Owner owner = 0; owner < runs_.size(); ++owner) {
      if (!runs_[owner].is_active() || runs_[owner].is_being_ended()) continue;
      end(owner, runs_[owner], now);
      return true;
    }
    if (any_active()) return false;
    if (stop_signal_ != 0) {
      quit({128 + stop_signal_, Reason::stopped_in_init, kMain, stop_signal_});
    } else {
      quit({static_cast<int>(ExitCode::step_failed), Reason::step_failed, *failed_step_});
    }
    return true;
  }
  if (const auto step = steps_.start_next()) {
    const Owner owner = step_owner_[*step];
    begin(owner, runs_[owner], now);
    tell(News::step_started, owner);
    return true;
  }
  if (!steps_.all_done()) return false;
  transition(Phase::running);
  begin(kMain, main_, now);
  return true;
}

void Supervisor::begin_services(Time now) noexcept {
  for (schedule::Every& job : jobs_) job.begin(now);
  open_gates(now);
}

bool Supervisor::startup_passed() const noexcept {
  for (Owner owner = 0; owner < model_.hooks.size(); ++owner) {
    const config::Hook& hook = model_.hooks[owner];
    if (hook.kind != Kind::check || hook.check.question != config::Question::startup) continue;
    if (check(owner).verdict() != health::Verdict::healthy) return false;
  }
  return true;
}

/// Startup checks run from the start; the others once those have passed.
void Supervisor::open_gates(Time now) noexcept {
  const bool passed = startup_passed();
  for (Owner owner = 0; owner < model_.hooks.size(); ++owner) {
    const config::Hook& hook = model_.hooks[owner];
    if (hook.kind != Kind::check) continue;
    if (passed || hook.check.question == config::Question::startup) {
      checks_[extra_[owner]].begin(now);
    }
  }
}

bool Supervisor::drive_running(Time now) noexcept {
  for (Owner owner = 0; owner < runs_.size(); ++owner) {
    if (drive_hook(owner, now)) return true;
  }
  return false;
}

bool Supervisor::drive_hook(Owner owner, Time now) noexcept {
  const Kind kind = model_.hooks[owner].kind;
  if (kind == Kind::check) {
    health::State& check = checks_[extra_[owner]];
    if (!check.due() || now < *check.due()) return false;
    check.started();
    begin(owner, runs_[owner], now);
    return true;
  }
  if (kind != Kind::job) return false;
  schedule::Every& job = jobs_[extra_[owner]];
  if (!job.due() || now < *job.due()) return false;
  job.take(now);
  if (runs_[owner].is_active()) {
    tell(News::job_skipped, owner);
    return true;
  }
  begin(owner, runs_[owner], now);
  tell(News::job_started, owner);
  return true;
}

bool Supervisor::drive_stopping(Time now) noexcept {
  for (Owner owner = 0; owner < runs_.size(); ++owner) {
    if (!runs_[owner].is_active() || runs_[owner].is_being_ended()) continue;
    end(owner, runs_[owner], now);
    return true;
  }
  return drive_leftovers(now);
}

void Supervisor::hook_gone(Owner owner, bool succeeded, Time now) noexcept {
  switch (model_.hooks[owner].kind) {
    case Kind::step:
      return step_gone(owner, succeeded);
    case Kind::check:
      return check_gone(owner, succeeded, now);
    case Kind::job:
      return job_gone(owner, succeeded);
  }
}

void Supervisor::step_gone(Owner owner, bool succeeded) noexcept {
  steps_.finish(extra_[owner], succeeded);
  // A step that we ended because the start is over has not failed by itself.
  if (stop_signal_ != 0 || failed_step_) return;
  if (!succeeded) failed_step_ = owner;
  tell(succeeded ? News::step_done : News::step_failed, owner, runs_[owner].last_code);
}

void Supervisor::check_gone(Owner owner, bool succeeded, Time now) noexcept {
  health::State& check = checks_[extra_[owner]];
  if (phase_ != Phase::running) return;
  const bool changed = check.finished(succeeded, now);
  if (changed) {
    tell(News::check_changed, owner, runs_[owner].last_code);
  } else if (!succeeded) {
    tell(News::check_failed, owner, runs_[owner].last_code);
  }
  const bool is_startup = model_.hooks[owner].check.question == config::Question::startup;
  if (!is_startup || check.verdict() != health::Verdict::healthy) return;
  check.end();  // it has been answered for good
  open_gates(now);
}

void Supervisor::job_gone(Owner owner, bool succeeded) noexcept {
  if (phase_ != Phase::running) return;
  tell(succeeded ? News::job_done : News::job_failed, owner, runs_[owner].last_code);
}

}  // namespace pintle::init
