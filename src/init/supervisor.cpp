#include "init/supervisor.hpp"

#include <cassert>
#include <csignal>

#include "base/exit_codes.hpp"
#include "hooks/condition.hpp"

namespace pintle::init {

Supervisor::Supervisor(const config::Model& model, const hooks::Plan& plan, Rules rules)
    : rules_(std::move(rules)),
      hooks_(model),
      budget_(rules_.grace, rules_.total_grace, !plan.after.empty()),
      attempts_(hooks_, queue_, lifecycle_, budget_, rules_.seed),
      init_(plan.steps, rules_.parallelism, hooks_, component_context()),
      before_(plan.before, rules_.parallelism, hooks_, component_context()),
      after_(plan.after, rules_.parallelism, hooks_, component_context()),
      checks_(hooks_, component_context()),
      jobs_(hooks_, rules_.host, component_context()),
      main_(hooks_.main(), rules_, queue_, budget_),
      stop_({hooks_, jobs_, main_, before_, after_}, queue_, attempts_, lifecycle_, budget_,
            rules_.is_pid1) {
  for (Hook& hook : hooks_) {
    if (hook.config->condition) hook.condition = settled(hook, *hook.config->condition);
  }
}

ComponentContext Supervisor::component_context() noexcept {
  return {queue_, attempts_, lifecycle_, [this](const Hook& hook) { return holds(hook); }};
}

/// Resolves the leaves about variables and the image mode now: they do not change any more, and
/// looking them up later would allocate.
config::Condition Supervisor::settled(const Hook& hook, const config::Condition& condition) const {
  return hooks::settled(condition,
                        [&](const config::Condition& leaf) { return known(hook, leaf); });
}

std::optional<bool> Supervisor::known(const Hook& hook, const config::Condition& leaf) const {
  return rules_.known_leaf ? rules_.known_leaf(*hook.config, leaf) : std::nullopt;
}

std::optional<bool> Supervisor::holds(const Hook& hook) const noexcept {
  if (!hook.condition) return true;
  return hooks::holds(*hook.condition, [&](const config::Condition& leaf) -> std::optional<bool> {
    // One that is left is about a variable of a step: its child looks, since that may allocate.
    if (leaf.type == config::Condition::Type::variable) return std::nullopt;
    return answer(hook, leaf);
  });
}

std::optional<bool> Supervisor::answer(const Hook& hook, const config::Condition& leaf) const {
  using Type = config::Condition::Type;
  if (leaf.type == Type::healthy) return checks_.is_alive() && checks_.is_ready();
  if (leaf.type == Type::ready) return checks_.is_ready();
  if (leaf.type == Type::step) {
    const auto* task = std::get_if<StepTask>(&hook.task);
    return (task != nullptr ? *task->stage : init_).has_succeeded(leaf.text);
  }
  return known(hook, leaf);
}

void Supervisor::note(const Event& event, Time now) noexcept {
  std::visit([&](const auto& e) noexcept { on(e, now); }, event);
}

std::optional<Action> Supervisor::next(Time now) noexcept {
  for (;;) {
    if (const auto action = queue_.take()) return action;
    if (!drive(now)) return std::nullopt;
  }
}

bool Supervisor::drive(Time now) noexcept {
  if (lifecycle_.phase == Phase::exited) return false;
  if (attempts_.enforce(now)) return true;
  if (lifecycle_.phase == Phase::init) return drive_init(now);
  if (lifecycle_.phase == Phase::running) return drive_running(now);
  return drive_stopping(now);
}

// --- events ----------------------------------------------------------------------------------

void Supervisor::on(const Signalled& event, Time now) noexcept {
  const bool stops = rules_.stop_signals[static_cast<std::size_t>(event.number)];
  const bool is_first = stops && stop_.signal() == 0;
  if (is_first) {
    stop_.set_signal(event.number);
    budget_.begin(now);
    if (lifecycle_.phase < Phase::stopping) {
      queue_.push(Tell{.news = News::stopping, .code = event.number});
    }
    stop_.limit_to_total();
    lifecycle_.start_failed |= lifecycle_.phase == Phase::init;
    if (lifecycle_.phase == Phase::running) return begin_stop(now);
    const bool is_before =
        lifecycle_.phase == Phase::stopping && lifecycle_.part == StopPart::before;
    if (is_before) return;  // main gets a stop signal later
  } else if (stops) {
    stop_.hurry(now);
    lifecycle_.finally_is_over |= lifecycle_.phase == Phase::init;
  }
  // Before main starts and after it has ended, there is no process to forward to.
  if (main_.is_active()) main_.forward(event.number, stops);
}

void Supervisor::on(const ChildStarted& event, Time now) noexcept {
  stop_.child_began();
  attempts_.started(*event.hook, event.pid, now);
  if (!event.hook->is_main()) return;
  queue_.push(Settle{});
  queue_.tell(News::main_started, *event.hook);
  begin_services(now);
}

void Supervisor::on(const ChildNotStarted& event, Time now) noexcept {
  if (event.hook->is_main()) {
    event.hook->run.state = Run::State::idle;
    if (event.is_wrong) return quit({static_cast<int>(ExitCode::config), Reason::main_wrong});
    return quit({static_cast<int>(ExitCode::cannot_fork), Reason::main_not_forked});
  }
  attempts_.not_started(*event.hook, now);
  apply_failures(now);
}

void Supervisor::on(const ChildGone& event, Time now) noexcept {
  stop_.child_died();
  Hook* const hook = hooks_.find(event.pid);
  if (hook == nullptr) return stop_.note_orphan();
  attempts_.ended(*hook, event, now);
  if (!hook->is_main()) return apply_failures(now);
  queue_.tell(News::main_ended, *hook, event.code);
  const Quit verdict = main_.verdict_on(event);
  if (event.failure) return quit(verdict);
  main_over(verdict, now);
}

void Supervisor::on(const AllReaped& event, Time) noexcept {
  stop_.note_children(event.has_children);
}

void Supervisor::on(const MainStopped& event, Time) noexcept {
  main_.stopped_by(event.signal);
}

void Supervisor::on(const GraceExtended& event, Time now) noexcept {
  if (lifecycle_.phase == Phase::stopping) main_.extend(event.time, now);
}

void Supervisor::on(const CheckHurried& event, Time now) noexcept {
  event.hook->check().hurry(now);
}

void Supervisor::on(const JobAsked& event, Time now) noexcept {
  jobs_.ask(*event.hook, event.ticket, now);
}

void Supervisor::on(const MainSpoke& event, Time) noexcept {
  checks_.set_main_says(event.says);
}

void Supervisor::on(const ClockChanged& event, Time now) noexcept {
  jobs_.set_clock(event.offset, now);
}

/// After a hook has ended: a failed step may end the init phase, a check may stop main.
void Supervisor::apply_failures(Time now) noexcept {
  lifecycle_.start_failed |= init_.failed() != nullptr;
  Hook* const check = checks_.take_terminating();
  if (check == nullptr || lifecycle_.phase != Phase::running) return;
  // Main is stopped as by a stop signal, and pintle's exit code says why, whatever main's exit code
  // is.
  queue_.tell(News::check_terminates, *check, check->run.last_code);
  verdict_ = Quit{static_cast<int>(ExitCode::liveness), Reason::unhealthy, check};
  begin_stop(now);
}

// --- phases ----------------------------------------------------------------------------------

void Supervisor::transition(Phase phase) noexcept {
  assert(phase >= lifecycle_.phase);
  lifecycle_.phase = phase;
  if (phase != Phase::stopping) return;
  checks_.end();
  jobs_.end();
}

bool Supervisor::drive_init(Time now) noexcept {
  if (lifecycle_.start_failed) return end_init(now);
  if (attempts_.try_again(now) || init_.drive(now)) return true;
  if (!init_.all_done()) return false;
  begin_main(now);
  return true;
}

/// Ends the init phase without starting main: first stops what is running, then runs the steps that
/// a group has for its end.
bool Supervisor::end_init(Time now) noexcept {
  const auto end = budget_.end();
  if (end && now >= *end) lifecycle_.finally_is_over = true;
  bool waits = false;
  for (Hook& hook : hooks_) {
    waits |= hook.run.is_active() || (hook.run.retry_at && lifecycle_.lets_run(hook));
    if (lifecycle_.lets_run(hook)) continue;
    hook.run.retry_at.reset();
    if (!hook.run.is_active() || hook.run.is_being_ended()) continue;
    attempts_.terminate(hook, now);
    return true;
  }
  if (attempts_.try_again(now)) return true;
  if (waits) return false;
  if (lifecycle_.finally_is_over ? init_.skip_finally() : init_.drive_finally(now)) return true;
  if (const int signal = stop_.signal(); signal != 0) {
    quit({128 + signal, Reason::stopped_in_init, nullptr, signal});
  } else {
    Hook* const failed = init_.failed();
    const ExitCode code = failed->run.is_unproven ? ExitCode::unproven : ExitCode::step_failed;
    quit({static_cast<int>(code), Reason::step_failed, failed});
  }
  return true;
}

void Supervisor::begin_main(Time now) noexcept {
  if (rules_.ends_after_init) return quit({0, Reason::main_ended});
  transition(Phase::running);
  if (!rules_.pauses) return attempts_.begin(main_.hook(), now);
  queue_.push(Settle{});
  begin_services(now);
}

void Supervisor::begin_services(Time now) noexcept {
  jobs_.begin(now);
  checks_.begin(now);
}

bool Supervisor::drive_running(Time now) noexcept {
  return attempts_.try_again(now) || checks_.drive(now) || jobs_.drive(now);
}

void Supervisor::begin_stop(Time now) noexcept {
  budget_.begin(now);
  transition(Phase::stopping);
}

bool Supervisor::drive_stopping(Time now) noexcept {
  if (lifecycle_.part == StopPart::main && !main_.is_active()) {  // main has survived SIGKILL
    main_over(main_.verdict_on({0, 128 + SIGKILL, SIGKILL}), now);
    return true;
  }
  if (!stop_.drive(now)) return false;
  if (stop_.is_over()) {
    queue_.push(verdict_.value_or(Quit{0, Reason::main_ended}));
    transition(Phase::exited);
  }
  return true;
}

/// Main has ended, or pintle does not wait for it any longer.
void Supervisor::main_over(const Quit& verdict, Time now) noexcept {
  if (!verdict_) verdict_ = verdict;
  if (lifecycle_.phase < Phase::stopping) transition(Phase::stopping);
  stop_.main_is_over(now);
}

/// Quits without main: shutdown steps before or after main do not apply.
void Supervisor::quit(const Quit& quit) noexcept {
  if (!verdict_) verdict_ = quit;
  if (lifecycle_.phase < Phase::stopping) transition(Phase::stopping);
  lifecycle_.part = StopPart::remaining;
}

std::optional<Time> Supervisor::deadline() const noexcept {
  if (lifecycle_.phase == Phase::exited) return std::nullopt;
  std::optional<Time> first = attempts_.deadline();
  for (const Component* component : std::initializer_list<const Component*>{&checks_, &jobs_}) {
    first = earliest(first, component->deadline());
  }
  if (lifecycle_.phase == Phase::init && lifecycle_.start_failed && !lifecycle_.finally_is_over) {
    return earliest(first, budget_.end());
  }
  return lifecycle_.phase == Phase::stopping ? earliest(first, stop_.deadline()) : first;
}

bool Supervisor::kills_group_of(pid_t pid) noexcept {
  const Hook* const hook = hooks_.find(pid);
  if (hook == nullptr || hook->is_main()) return false;
  return hook->run.is_being_ended() || hook->is(config::Kind::check);
}

}  // namespace pintle::init
