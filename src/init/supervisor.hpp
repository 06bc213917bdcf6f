// init/supervisor.hpp - decides what PID 1 does next. It makes no system call and reads no clock:
// note() gets each event with its time, and next() returns actions until there is none.
//
// note() records and cannot fail; next() decides. Neither allocates: the kernel reports a child's
// death only once, and if an allocation failed after that, the death would be lost and PID 1 would
// wait for ever.
//
// The state machine (the phases are in lifecycle.hpp). Other events do not change a state:
//
//   state          event                       what it does
//   init           all steps are done          main is started (--init-only: exited)
//                  a step failed, stop signal  running steps are stopped     -> remaining
//   running        main ended                                                 -> after
//                  stop signal                                                -> before
//                  a check terminates main     its exit code says why         -> before
//                  main could not be started                                  -> remaining
//   before         jobs ended, steps done,     main gets its stop signal      -> main
//                  or their time is over
//                  main ended                                                 -> after
//                  stop signal                 the steps that have not begun are skipped
//   main           main ended                                                 -> after
//                  grace period over           SIGKILL for main; 2 s later    -> after
//   after          steps done, or time over                                   -> remaining
//   remaining      no child is left            exited
//                  stop signal, or time over   SIGKILL for the remaining processes; then exited
//   any            a child ended, or its time  Attempts (attempts.hpp) decides: another attempt,
//                  is over                     the fallback, or an outcome for its component
#pragma once

#include <optional>

#include "config/model.hpp"
#include "hooks/plan.hpp"
#include "init/attempts.hpp"
#include "init/budget.hpp"
#include "init/checks.hpp"
#include "init/events.hpp"
#include "init/hook.hpp"
#include "init/jobs.hpp"
#include "init/lifecycle.hpp"
#include "init/main_process.hpp"
#include "init/rules.hpp"
#include "init/stage.hpp"
#include "init/stop.hpp"

namespace pintle::init {

class Supervisor {
 public:
  Supervisor(const config::Model& model, const hooks::Plan& plan, Rules rules);
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  ~Supervisor() = default;

  /// Records what happened.
  void note(const Event& event, Time now) noexcept;

  /// The next action; nullopt if there is none before the next event or deadline().
  std::optional<Action> next(Time now) noexcept;

  /// When next() must be called even without an event; nullopt: never.
  std::optional<Time> deadline() const noexcept;

  /// True if the group of the dead child `pid` must be killed before the child is collected: it
  /// belongs to a check, or to a hook that was being stopped.
  bool kills_group_of(pid_t pid) noexcept;

  Hooks& hooks() noexcept { return hooks_; }
  const Hooks& hooks() const noexcept { return hooks_; }

  // For status.
  Phase phase() const noexcept { return lifecycle_.phase; }
  std::size_t parallelism() const noexcept { return rules_.parallelism; }
  std::uint64_t orphans() const noexcept { return stop_.orphans(); }

  /// The value of a leaf of a hook's condition: from a step's outcome or from Rules::known_leaf.
  std::optional<bool> answer(const Hook& hook, const config::Condition& leaf) const;

 private:
  // For note(): one function for each event.
  void on(const Signalled& event, Time now) noexcept;
  void on(const ChildStarted& event, Time now) noexcept;
  void on(const ChildNotStarted& event, Time now) noexcept;
  void on(const ChildGone& event, Time now) noexcept;
  void on(const AllReaped& event, Time now) noexcept;
  void on(const MainStopped& event, Time now) noexcept;
  void on(const GraceExtended& event, Time now) noexcept;
  void on(const CheckHurried& event, Time now) noexcept;
  void on(const JobAsked& event, Time now) noexcept;
  void on(const MainSpoke& event, Time now) noexcept;
  void on(const ClockChanged& event, Time now) noexcept;

  // For next(): each may queue actions, and returns true if it did something.
  bool drive(Time now) noexcept;
  bool drive_init(Time now) noexcept;
  bool end_init(Time now) noexcept;
  bool drive_running(Time now) noexcept;
  bool drive_stopping(Time now) noexcept;

  /// The only way from one phase to the next.
  void transition(Phase phase) noexcept;
  void begin_main(Time now) noexcept;
  void begin_services(Time now) noexcept;
  void begin_stop(Time now) noexcept;
  void apply_failures(Time now) noexcept;
  void main_over(const Quit& verdict, Time now) noexcept;
  void quit(const Quit& quit) noexcept;

  config::Condition settled(const Hook& hook, const config::Condition& condition) const;
  std::optional<bool> known(const Hook& hook, const config::Condition& leaf) const;
  std::optional<bool> holds(const Hook& hook) const noexcept;
  ComponentContext component_context() noexcept;

  Rules rules_;
  Hooks hooks_;
  Lifecycle lifecycle_;
  ActionQueue queue_;
  Budget budget_;
  Attempts attempts_;
  Stage init_;
  Stage before_;
  Stage after_;
  Checks checks_;
  Jobs jobs_;
  MainProcess main_;
  Stop stop_;
  std::optional<Quit> verdict_;  ///< how pintle will exit; set when main has ended or cannot start
};

}  // namespace pintle::init
