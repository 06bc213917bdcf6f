#include "init/supervisor.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <csignal>

#include "base/exit_codes.hpp"

namespace pintle::init {
namespace {

/// What nothing survives, and nothing waits for any longer: an exit of PID 1 ends the rest.
constexpr Duration kAfterKill = 2s;

ExitCode code_of(const StartFailure& failure) noexcept {
  if (failure.step == sys::StartStep::privileges) return ExitCode::refused;
  if (failure.step != sys::StartStep::execute) return ExitCode::not_executable;
  return failure.code == ENOENT ? ExitCode::not_found : ExitCode::not_executable;
}

Reason reason_of(ExitCode code) noexcept {
  if (code == ExitCode::refused) return Reason::main_refused;
  return code == ExitCode::not_found ? Reason::main_not_found : Reason::main_not_executable;
}

schedule::Timer timer_of(const config::Schedule& schedule) noexcept {
  return schedule.cron ? schedule::Timer(*schedule.cron) : schedule::Timer(schedule.every);
}

}  // namespace

Supervisor::Supervisor(const config::Model& model, const hooks::Plan& plan, Rules rules)
    : model_(model),
      rules_(std::move(rules)),
      steps_(plan, rules_.parallelism),
      stands_for_(model.hooks.size(), kMain),
      extra_(model.hooks.size()),
      runs_(model.hooks.size()),
      random_(rules_.seed | 1U) {
  for (const hooks::PlannedStep& step : plan.steps) {
    extra_[step.hook] = step_owner_.size();
    step_owner_.push_back(step.hook);
    is_skipped_.push_back(step.is_skipped);
    is_condition_.push_back(step.is_condition);
  }
  for (Owner owner = 0; owner < model.hooks.size(); ++owner) {
    const config::Hook& hook = model.hooks[owner];
    if (hook.fallback_hook != config::kNoHook) stands_for_[hook.fallback_hook] = owner;
    if (hook.kind == Kind::check) {
      extra_[owner] = checks_.size();
      checks_.emplace_back(hook.check);
      is_repaired_.push_back(false);
    } else if (hook.kind == Kind::job) {
      extra_[owner] = jobs_.size();
      jobs_.push_back(timer_of(hook.schedule));
    }
  }
}

void Supervisor::note(const Event& event, Time now) noexcept {
  std::visit([&](const auto& e) noexcept { on(e, now); }, event);
}

std::optional<Action> Supervisor::next(Time now) noexcept {
  while (queue_size_ == 0) {
    if (phase_ == Phase::exited) return std::nullopt;
    bool moved = enforce_deadlines(now);
    if (!moved && phase_ == Phase::init) moved = drive_init(now);
    if (!moved && phase_ == Phase::running) moved = drive_running(now);
    if (!moved && phase_ == Phase::stopping) moved = drive_stopping(now);
    if (!moved) return std::nullopt;
  }
  const Action action = queue_[queue_begin_];
  queue_begin_ = (queue_begin_ + 1) % queue_.size();
  --queue_size_;
  return action;
}

void Supervisor::push(Action action) noexcept {
  assert(queue_size_ < queue_.size());
  queue_[(queue_begin_ + queue_size_++) % queue_.size()] = action;
}

void Supervisor::tell(News news, Owner owner, int code) noexcept {
  const Run& about = run(owner);
  push(Tell{news, owner, code, about.last_time, about.timed_out});
}

void Supervisor::on(const Signalled& event, Time now) noexcept {
  const bool stops = rules_.stop_signals[static_cast<std::size_t>(event.number)];
  const bool is_first = stops && stop_signal_ == 0;
  if (is_first) {
    stop_signal_ = event.number;
    if (!stop_began_) stop_began_ = now;
    if (phase_ < Phase::stopping) push(Tell{.news = News::stopping, .code = event.number});
  }
  if (stops && leftovers_ == Leftovers::asked) {
    leftovers_deadline_ = is_first ? limit_to_total(*leftovers_deadline_) : now;
  }
  if (!main_.is_active()) return;  // nobody to forward to: before main, or after it
  forward(event.number, stops);
  if (!is_first || phase_ != Phase::running) return;
  if (rules_.grace) main_.deadline = limit_to_total(now + *rules_.grace);
  transition(Phase::stopping);
}

/// Main gets `number`, or what it gets instead; a stop signal must reach one that is stopped, too.
void Supervisor::forward(int number, bool stops) noexcept {
  const auto rewrite = rules_.rewrites.find(number);
  const int sent = rewrite == rules_.rewrites.end() ? number : rewrite->second;
  const pid_t target = rules_.signal_group ? -main_.pid : main_.pid;
  if (sent != 0) push(Kill{kMain, target, sent});
  if (stops) push(Kill{kMain, target, SIGCONT});
}

void Supervisor::on(const ChildStarted& event, Time now) noexcept {
  Run& started = event.owner == kMain ? main_ : runs_[event.owner];
  started.state = Run::State::running;
  started.pid = event.pid;
  if (event.owner == kMain) {
    push(Settle{});
    tell(News::main_started, kMain);
    begin_services(now);
    return;
  }
  const config::Hook& hook = model_.hooks[event.owner];
  auto timeout = hook.timeout;
  if (!timeout && hook.kind == Kind::check) timeout = 1s;
  if (timeout) started.deadline = now + *timeout;
  if (!timeout && hook.kind == Kind::step) started.remark = now + kSlowStep;
}

void Supervisor::on(const ChildNotStarted& event, Time now) noexcept {
  if (event.owner == kMain) {
    main_.state = Run::State::idle;
    quit({static_cast<int>(ExitCode::cannot_fork), Reason::main_not_forked});
    return;
  }
  Run& run = runs_[event.owner];
  run.state = Run::State::idle;
  run.has_ended = true;
  run.last_code = static_cast<int>(ExitCode::cannot_fork);
  run.last_time = Duration(0);
  hook_gone(event.owner, Outcome::error, now);
}

void Supervisor::on(const ChildGone& event, Time now) noexcept {
  children_known_ = false;
  const auto owner = owner_of(event.pid);
  if (!owner) {
    ++orphans_;
    return;
  }
  Run& run = *owner == kMain ? main_ : runs_[*owner];
  run.state = Run::State::idle;
  run.deadline.reset();
  run.remark.reset();
  run.has_ended = true;
  run.last_code = event.code;
  run.last_time = std::chrono::duration_cast<Duration>(now - run.began);
  if (*owner == kMain) {
    main_gone(event);
  } else {
    hook_gone(*owner, outcome_of(*owner, event), now);
  }
}

void Supervisor::on(const AllReaped& event, Time) noexcept {
  children_known_ = true;
  has_children_ = event.has_children;
}

void Supervisor::on(const MainStopped&, Time) noexcept {
  // As PID 1 there is nobody to stop for; a stop signal is followed by SIGCONT anyway.
  if (!rules_.is_pid1 && main_.is_active()) push(Suspend{main_.pid});
}

/// EXTEND_TIMEOUT_USEC of sd_notify(3), within what the whole stop may take.
void Supervisor::on(const GraceExtended& event, Time now) noexcept {
  if (phase_ != Phase::stopping || !main_.is_active() || !main_.deadline) return;
  main_.deadline = std::max(*main_.deadline, limit_to_total(now + event.time));
}

void Supervisor::main_gone(const ChildGone& event) noexcept {
  tell(News::main_ended, kMain, event.code);
  if (event.failure) {
    const ExitCode code = code_of(*event.failure);
    quit({static_cast<int>(code), reason_of(code), kMain, 0, *event.failure});
  } else {
    const bool is_success = rules_.success_codes[static_cast<std::size_t>(event.code & 0xff)];
    quit({is_success ? 0 : event.code, Reason::main_ended});
  }
}

void Supervisor::transition(Phase phase) noexcept {
  assert(phase >= phase_);
  phase_ = phase;
  if (phase != Phase::stopping) return;
  for (health::State& check : checks_) check.end();
  for (schedule::Timer& job : jobs_) job.end();
}

void Supervisor::quit(const Quit& quit) noexcept {
  if (!verdict_) verdict_ = quit;
  if (leftovers_ == Leftovers::not_yet) leftovers_ = Leftovers::unknown;
  if (phase_ < Phase::stopping) transition(Phase::stopping);
}

Time Supervisor::limit_to_total(Time wanted) const noexcept {
  if (!stop_began_ || !rules_.total_grace) return wanted;
  return std::min(wanted, *stop_began_ + *rules_.total_grace);
}

bool Supervisor::drive_leftovers(Time now) noexcept {
  switch (leftovers_) {
    case Leftovers::not_yet:
      return false;
    case Leftovers::unknown:
      if (!children_known_) return false;
      if (!has_children_) break;
      push(KillAll{SIGTERM});
      push(KillAll{SIGCONT});
      leftovers_ = Leftovers::asked;
      leftovers_deadline_ = limit_to_total(now + kKillDelay);
      return true;
    case Leftovers::asked:
      if (children_known_ && !has_children_) break;
      if (now < *leftovers_deadline_) return false;
      push(Tell{.news = News::leftovers_killed});
      push(KillAll{SIGKILL});
      leftovers_ = Leftovers::killed;
      leftovers_deadline_ = now + kAfterKill;
      orphans_at_kill_ = orphans_;
      return true;
    case Leftovers::killed:
      if (children_known_ && !has_children_) break;
      // Children of those that died are ours now, and may have been forked unseen.
      if (!rules_.is_pid1 && children_known_ && orphans_ != orphans_at_kill_) {
        orphans_at_kill_ = orphans_;
        push(KillAll{SIGKILL});
        return true;
      }
      if (now < *leftovers_deadline_) return false;
      break;
  }
  push(*verdict_);
  transition(Phase::exited);
  return true;
}

std::optional<Owner> Supervisor::owner_of(pid_t pid) const noexcept {
  if (main_.is_active() && main_.pid == pid) return kMain;
  for (Owner owner = 0; owner < runs_.size(); ++owner) {
    if (runs_[owner].is_active() && runs_[owner].pid == pid) return owner;
  }
  return std::nullopt;
}

bool Supervisor::kills_group_of(pid_t pid) const noexcept {
  const auto owner = owner_of(pid);
  if (!owner || *owner == kMain) return false;
  return runs_[*owner].is_being_ended() || model_.hooks[*owner].kind == Kind::check;
}

std::optional<Time> Supervisor::deadline() const noexcept {
  std::optional<Time> first;
  const auto consider = [&](const std::optional<Time>& time) {
    if (time && (!first || *time < *first)) first = time;
  };
  if (phase_ == Phase::exited) return first;
  const auto consider_run = [&](const Run& run) {
    consider(run.retry_at);
    if (!run.is_active()) return;
    consider(run.deadline);
    consider(run.remark);
  };
  consider_run(main_);
  for (const Run& run : runs_) consider_run(run);
  for (const health::State& check : checks_) consider(check.due());
  for (const schedule::Timer& job : jobs_) consider(job.due());
  consider(leftovers_deadline_);
  return first;
}

}  // namespace pintle::init
