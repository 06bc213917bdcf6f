#include "init/supervisor.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <csignal>

#include "base/exit_codes.hpp"

namespace pintle::init {
namespace {

ExitCode code_of(const StartFailure& failure) noexcept {
  if (failure.step == sys::StartStep::privileges) return ExitCode::refused;
  if (failure.step != sys::StartStep::execute) return ExitCode::not_executable;
  return failure.code == ENOENT ? ExitCode::not_found : ExitCode::not_executable;
}

Reason reason_of(ExitCode code) noexcept {
  if (code == ExitCode::refused) return Reason::main_refused;
  return code == ExitCode::not_found ? Reason::main_not_found : Reason::main_not_executable;
}

schedule::Timer timer_of(const config::Hook& hook, const std::string& host) noexcept {
  const schedule::Jitter jitter{hook.job.jitter, schedule::seed_of(host, hook.id)};
  return hook.schedule.cron ? schedule::Timer(*hook.schedule.cron, jitter)
                            : schedule::Timer(hook.schedule.every, jitter);
}

}  // namespace

Supervisor::Supervisor(const config::Model& model, const hooks::Plan& plan, Rules rules)
    : model_(model),
      rules_(std::move(rules)),
      init_(plan.steps, rules_.parallelism),
      before_(plan.before, rules_.parallelism),
      after_(plan.after, rules_.parallelism),
      conditions_(model.hooks.size()),
      stands_for_(model.hooks.size(), kMain),
      extra_(model.hooks.size()),
      runs_(model.hooks.size()),
      random_(rules_.seed | 1U) {
  for (const Stage* stage : {&init_, &before_, &after_}) {
    for (std::size_t i = 0; i < stage->owners.size(); ++i) extra_[stage->owners[i]] = i;
  }
  for (Owner owner = 0; owner < model.hooks.size(); ++owner) {
    const config::Hook& hook = model.hooks[owner];
    if (hook.condition) conditions_[owner] = settled(owner, *hook.condition);
    if (hook.fallback_hook != config::kNoHook) stands_for_[hook.fallback_hook] = owner;
    if (hook.kind == Kind::check) {
      extra_[owner] = checks_.size();
      checks_.emplace_back(hook.check);
      is_repaired_.push_back(false);
    } else if (hook.kind == Kind::job) {
      add_job(owner);
    }
  }
}

/// Copies stand behind what they are copies of.
void Supervisor::add_job(Owner owner) {
  const config::Hook& hook = model_.hooks[owner];
  if (hook.copy_of != config::kNoHook) {
    extra_[owner] = extra_[hook.copy_of];
    jobs_[extra_[owner]].runs.push_back(owner);
    return;
  }
  extra_[owner] = jobs_.size();
  Job& job = jobs_.emplace_back(Job{.timer = timer_of(hook, rules_.host)});
  job.runs.push_back(owner);
}

/// Variables and the image mode do not change any more, and looking them up takes memory.
config::Condition Supervisor::settled(Owner owner, const config::Condition& condition) const {
  return hooks::settled(condition, [&](const config::Condition& leaf) {
    return rules_.known_leaf ? rules_.known_leaf(owner, leaf) : std::nullopt;
  });
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

void Supervisor::on(const ChildStarted& event, Time now) noexcept {
  Run& started = event.owner == kMain ? main_ : runs_[event.owner];
  started.state = Run::State::running;
  started.pid = event.pid;
  has_children_ = true;
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
    main_gone(event, now);
  } else {
    hook_gone(*owner, outcome_of(*owner, event), now);
  }
}

void Supervisor::on(const AllReaped& event, Time) noexcept {
  children_known_ = true;
  has_children_ = event.has_children;
}

/// A terminal stops no process group that nobody could continue (setpgid(2), NOTES), and as PID 1
/// there is nobody. Whoever sends SIGSTOP means it.
void Supervisor::on(const MainStopped& event, Time) noexcept {
  if (!main_.is_active()) return;
  if (!rules_.is_pid1) {
    push(Suspend{main_.pid});
  } else if (event.signal != SIGSTOP) {
    push(Resume{main_.pid, event.signal != SIGTSTP});
  }
}

/// EXTEND_TIMEOUT_USEC of sd_notify(3), within what the whole stop may take.
void Supervisor::on(const GraceExtended& event, Time now) noexcept {
  if (phase_ != Phase::stopping || !main_.is_active() || !main_.deadline) return;
  const Time wanted = now + event.time;
  main_.deadline = std::max(*main_.deadline, std::min(wanted, main_end().value_or(wanted)));
}

void Supervisor::main_gone(const ChildGone& event, Time now) noexcept {
  tell(News::main_ended, kMain, event.code);
  if (event.failure) {
    const ExitCode code = code_of(*event.failure);
    return quit({static_cast<int>(code), reason_of(code), kMain, 0, *event.failure});
  }
  const bool is_success = rules_.success_codes[static_cast<std::size_t>(event.code & 0xff)];
  main_over({is_success ? 0 : event.code, Reason::main_ended}, now);
}

void Supervisor::transition(Phase phase) noexcept {
  assert(phase >= phase_);
  phase_ = phase;
  if (phase != Phase::stopping) return;
  for (health::State& check : checks_) check.end();
  for (Job& job : jobs_) job.timer.end();
}

/// There is, or was, no main that something could be done before or after.
void Supervisor::quit(const Quit& quit) noexcept {
  if (!verdict_) verdict_ = quit;
  if (phase_ < Phase::stopping) transition(Phase::stopping);
  stop_ = Stop::rest;
}

Stage& Supervisor::stage_of(Owner owner) noexcept {
  const config::Hook& hook = model_.hooks[owner];
  if (hook.kind != Kind::shutdown) return init_;
  return hook.moment == config::Moment::before ? before_ : after_;
}

const Stage& Supervisor::stage_of(Owner owner) const noexcept {
  return const_cast<Supervisor*>(this)->stage_of(owner);
}

/// The hook that `owner` stands for in the end: itself, or whose fallback or repair it is.
Owner Supervisor::root_of(Owner owner) const noexcept {
  while (stands_for_[owner] != kMain) owner = stands_for_[owner];
  return owner;
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
  for (const Job& job : jobs_) {
    consider(job.timer.due());
    if (job.turn && !job.turn->is_replacing) consider(job.turn->until);
  }
  if (phase_ == Phase::stopping) consider(stop_deadline());
  return first;
}

}  // namespace pintle::init
