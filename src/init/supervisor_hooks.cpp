// The parts of the supervisor that drive hooks: steps, checks, and the end of whatever takes too
// long.
#include <algorithm>
#include <csignal>

#include "base/exit_codes.hpp"
#include "init/supervisor.hpp"

namespace pintle::init {

void Supervisor::begin(Owner owner, Run& run, Time now) noexcept {
  run.attempt = 0;
  run.is_replaced = false;
  begin_attempt(owner, run, now);
}

void Supervisor::begin_attempt(Owner owner, Run& run, Time now) noexcept {
  run.state = Run::State::starting;
  run.retry_at.reset();
  run.runs += 1;
  run.attempt += 1;
  run.began = now;
  run.timed_out = false;
  push(Spawn{owner, run.asks_condition, run.ticket});
  run.asks_condition = false;
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

/// What such a code of a command means is its own business.
bool Supervisor::failed_a_proof(Owner owner) const noexcept {
  const Run& run = runs_[owner];
  return std::holds_alternative<config::Builtin>(model_.hooks[owner].action) && !run.timed_out &&
         run.last_code == static_cast<int>(ExitCode::unproven);
}

/// The start is over, without main: what runs is ended first.
bool Supervisor::end_init(Time now) noexcept {
  for (Owner owner = 0; owner < runs_.size(); ++owner) {
    runs_[owner].retry_at.reset();
    if (!runs_[owner].is_active() || runs_[owner].is_being_ended()) continue;
    end(owner, runs_[owner], now);
    return true;
  }
  if (any_active()) return false;
  if (stop_signal_ != 0) {
    quit({128 + stop_signal_, Reason::stopped_in_init, kMain, stop_signal_});
  } else {
    const ExitCode code =
        failed_a_proof(*failed_step_) ? ExitCode::unproven : ExitCode::step_failed;
    quit({static_cast<int>(code), Reason::step_failed, *failed_step_});
  }
  return true;
}

bool Supervisor::drive_init(Time now) noexcept {
  if (stop_signal_ != 0 || failed_step_) return end_init(now);
  if (drive_retries(now) || drive_stage(init_, now)) return true;
  if (!init_.steps.all_done()) return false;
  begin_main(now);
  return true;
}

void Supervisor::begin_main(Time now) noexcept {
  if (rules_.ends_after_init) return quit({0, Reason::main_ended});
  transition(Phase::running);
  if (!rules_.pauses) return begin(kMain, main_, now);
  push(Settle{});
  begin_services(now);
}

/// Starts the next step of a list, if one may start now.
bool Supervisor::drive_stage(Stage& stage, Time now) noexcept {
  const auto step = stage.steps.start_next();
  if (step) start_step(stage, *step, now);
  return step.has_value();
}

bool Supervisor::drive_retries(Time now) noexcept {
  for (Owner owner = 0; owner < runs_.size(); ++owner) {
    Run& run = runs_[owner];
    if (!run.retry_at || now < *run.retry_at) continue;
    begin_attempt(owner, run, now);
    return true;
  }
  return false;
}

/// Whether the hook's condition does; nullopt where its child has to look.
std::optional<bool> Supervisor::holds(Owner owner) const noexcept {
  const auto& condition = conditions_[owner];
  if (!condition) return true;
  return hooks::holds(*condition, [&](const auto& leaf) { return answer(owner, leaf); });
}

Owner Supervisor::held_back_beside(Owner owner) const noexcept {
  const Stage& stage = stage_of(root_of(owner));
  for (std::size_t step = 0; step < stage.owners.size(); ++step) {
    if (stage.steps.is_held_back(step)) return stage.owners[step];
  }
  return kMain;
}

void Supervisor::start_step(Stage& stage, std::size_t step, Time now) noexcept {
  const Owner owner = stage.owners[step];
  const auto wanted = holds(owner);
  if (stage.is_skipped[step] || wanted == false) {
    stage.steps.finish(step, hooks::StepState::skipped);
    const Skip why = stage.is_skipped[step] ? Skip::image_mode : Skip::condition;
    tell(News::step_skipped, owner, static_cast<int>(why));
    return;
  }
  // What depends on files is looked at by the child: a file system may be slow.
  runs_[owner].asks_condition = !wanted;
  begin(owner, runs_[owner], now);
  tell(News::step_started, owner);
}

std::optional<bool> Supervisor::answer(Owner owner, const config::Condition& leaf) const {
  using Type = config::Condition::Type;
  if (leaf.type == Type::healthy) return is_alive() && is_ready();
  if (leaf.type == Type::ready) return is_ready();
  if (leaf.type != Type::step) {
    return rules_.known_leaf ? rules_.known_leaf(owner, leaf) : std::nullopt;
  }
  const Stage& stage = stage_of(owner);
  for (std::size_t step = 0; step < stage.owners.size(); ++step) {
    if (model_.hooks[stage.owners[step]].id != leaf.text) continue;
    return stage.steps.state(step) == hooks::StepState::done;
  }
  return false;
}

void Supervisor::begin_services(Time now) noexcept {
  for (Job& job : jobs_) {
    const config::JobPolicy& policy = model_.hooks[job.runs.front()].job;
    job.timer.begin(now);
    if (!policy.run_on_start) continue;
    job.turn.emplace();
    if (policy.starting_deadline) job.turn->until = now + *policy.starting_deadline;
  }
  open_gates(now);
}

void Supervisor::on(const ClockChanged& event, Time now) noexcept {
  for (Job& job : jobs_) job.timer.set_clock(event.offset, now);
}

bool Supervisor::startup_passed() const noexcept {
  return !any_check(config::Question::startup,
                    [](health::Verdict verdict) { return verdict != health::Verdict::healthy; });
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
  if (drive_retries(now)) return true;
  for (Owner owner = 0; owner < runs_.size(); ++owner) {
    const Kind kind = model_.hooks[owner].kind;
    if (kind == Kind::check && drive_check(owner, now)) return true;
    if (kind == Kind::job && drive_job(owner, now)) return true;
  }
  return false;
}

bool Supervisor::drive_check(Owner owner, Time now) noexcept {
  health::State& check = checks_[extra_[owner]];
  if (!check.due() || now < *check.due()) return false;
  check.started();
  begin(owner, runs_[owner], now);
  return true;
}

}  // namespace pintle::init
