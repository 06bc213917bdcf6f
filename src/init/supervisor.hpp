// init/supervisor.hpp - decides what PID 1 does next. It makes no system call and reads no clock:
// it is told events with the time they happened, and asked for actions until there is none.
//
// note() records and cannot fail; next() decides. Nothing in it allocates, because the death of a
// child is read from the kernel once: an allocation that failed in between would lose it, and
// PID 1 would wait for ever.
//
// The machine (the phases are in lifecycle.hpp), state by state; what is not named changes nothing:
//
//   state          event                       what it does
//   init           all steps are done          main is started (--init-only: exited)
//                  a step failed, stop signal  what runs is ended; then stopping, at its rest
//   running        main ended                  stopping, at the steps after main
//                  stop signal                 stopping; main gets it when its turn has come
//                  a check terminates main     stopping, and the exit code says why
//                  main could not be started   stopping, at its rest
//   before         jobs ended, steps done,     main gets its stop signal      -> main
//                  or their time is over
//                  main ended                                                 -> after
//                  stop signal                 the steps that have not begun are left out
//   main           main ended                                                 -> after
//                  grace period over           SIGKILL for main; 2 s later    -> after
//   after          steps done, or time over                                   -> rest
//   rest           no child is left            exited
//                  stop signal, or time over   SIGKILL for all that is left; then exited
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

  /// The next thing to do; nullopt when there is nothing until another event or deadline().
  std::optional<Action> next(Time now) noexcept;

  /// When next() will have something to do though nothing happens; nullopt: never.
  std::optional<Time> deadline() const noexcept;

  /// True if the group of the dead child `pid` must be killed before it is collected: it belongs
  /// to a check, or to a hook that was being ended.
  bool kills_group_of(pid_t pid) noexcept;

  Hooks& hooks() noexcept { return hooks_; }
  const Hooks& hooks() const noexcept { return hooks_; }

  // For status.
  Phase phase() const noexcept { return lifecycle_.phase; }
  std::size_t parallelism() const noexcept { return rules_.parallelism; }
  std::uint64_t orphans() const noexcept { return stop_.orphans(); }

  /// Whether a leaf of a hook's condition holds: what a step ended with, or what the rules know.
  std::optional<bool> answer(const Hook& hook, const config::Condition& leaf) const;

 private:
  // note(): one for each event.
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

  // next(): each may queue actions; true if it did.
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
  void heed_failures(Time now) noexcept;
  void main_over(const Quit& verdict, Time now) noexcept;
  void quit(const Quit& quit) noexcept;

  config::Condition settled(const Hook& hook, const config::Condition& condition) const;
  std::optional<bool> known(const Hook& hook, const config::Condition& leaf) const;
  std::optional<bool> holds(const Hook& hook) const noexcept;
  Desk desk() noexcept;

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
  std::optional<Quit> verdict_;  ///< how we shall end, once main has or cannot start
};

}  // namespace pintle::init
