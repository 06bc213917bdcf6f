// init/supervisor.hpp - decides what PID 1 does next. It makes no system call and reads no clock:
// it is told events with the time they happened, and asked for actions until there is none.
//
// note() records and cannot fail; next() decides. Nothing in it allocates, because the death of a
// child is read from the kernel once: an allocation that failed in between would lose it, and
// PID 1 would wait for ever.
//
// Phases: init (steps run) -> running (main, checks, jobs) -> stopping (see Stop) -> exited (Quit).
// transition() is the only way from one to the next.
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/signal_names.hpp"
#include "config/model.hpp"
#include "health/answer.hpp"
#include "health/state.hpp"
#include "hooks/condition.hpp"
#include "hooks/steps.hpp"
#include "init/events.hpp"
#include "init/job.hpp"
#include "init/run.hpp"
#include "init/stage.hpp"

namespace pintle::init {

struct Rules {
  bool is_pid1 = true;
  bool signal_group = false;              ///< -g: signals go to main's process group
  std::optional<Duration> grace{};        ///< from the stop signal to SIGKILL; unset: for ever
  std::optional<Duration> total_grace{};  ///< the whole stop; unset: no limit
  std::bitset<kLastSignal + 1> stop_signals{};
  std::map<int, int> rewrites{};     ///< what main gets instead; 0: nothing
  std::bitset<256> success_codes{};  ///< -e: main's codes that become 0
  std::size_t parallelism = 1;
  std::uint64_t seed = 1;  ///< of the jitter of back-offs
  std::string host{};      ///< what tells one container of a fleet from another: jitter of jobs
  bool pauses = false;     ///< there is no main: running lasts until a stop signal
  bool ends_after_init = false;  ///< --init-only
  /// Which variables are set for a hook and which mode it is, for its condition; files are not
  /// known here.
  std::function<std::optional<bool>(Owner, const config::Condition& leaf)> known_leaf{};
};

class Supervisor {
 public:
  enum class Phase : std::uint8_t { init, running, stopping, exited };

  Supervisor(const config::Model& model, const hooks::Plan& plan, Rules rules);

  /// Records what happened.
  void note(const Event& event, Time now) noexcept;

  /// The next thing to do; nullopt when there is nothing until another event or deadline().
  std::optional<Action> next(Time now) noexcept;

  /// When next() will have something to do though nothing happens; nullopt: never.
  std::optional<Time> deadline() const noexcept;

  /// True if the group of the dead child `pid` must be killed before it is collected: it belongs
  /// to a check, or to a hook that was being ended.
  bool kills_group_of(pid_t pid) const noexcept;

  // For status.
  Phase phase() const noexcept { return phase_; }
  const Run& run(Owner owner) const noexcept { return owner == kMain ? main_ : runs_[owner]; }
  const health::State& check(Owner owner) const noexcept { return checks_[extra_[owner]]; }
  const Job& job(Owner owner) const noexcept { return jobs_[extra_[owner]]; }
  /// One of its runs has not ended, or waits for another attempt.
  bool is_running(const Job& job) const noexcept {
    return std::any_of(job.runs.begin(), job.runs.end(), [&](Owner one) { return is_busy(one); });
  }
  /// Of a step of init or of the shutdown.
  hooks::StepState step(Owner owner) const noexcept {
    return stage_of(owner).steps.state(extra_[owner]);
  }
  /// The first step of the same list as `owner` that could run if more could at a time; kMain if
  /// there is none.
  Owner held_back_beside(Owner owner) const noexcept;
  std::size_t parallelism() const noexcept { return rules_.parallelism; }
  /// Whether a leaf of a hook's condition holds: what a step ended with, or what the rules know.
  std::optional<bool> answer(Owner owner, const config::Condition& leaf) const;
  std::uint64_t orphans() const noexcept { return orphans_; }
  /// Whose child has this pid; nullopt for an orphan.
  std::optional<Owner> owner_of(pid_t pid) const noexcept;

 private:
  using Kind = config::Kind;

  void add_job(Owner owner);
  config::Condition settled(Owner owner, const config::Condition& condition) const;

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

  // What an end means, by kind.
  void main_gone(const ChildGone& event, Time now) noexcept;
  /// How one attempt ended. Only a plain failure can be the answer to a condition.
  enum class Outcome : std::uint8_t { success, failure, error, skipped };
  Outcome outcome_of(Owner owner, const ChildGone& event) const noexcept;
  void hook_gone(Owner owner, Outcome outcome, Time now) noexcept;
  bool retry(Owner owner, Time now) noexcept;
  void conclude(Owner owner, Outcome outcome, Time now) noexcept;
  void conclude_step(Owner owner, Outcome outcome, bool fell_back) noexcept;
  void conclude_job(Owner owner, Outcome outcome, bool fell_back, Time now) noexcept;
  News news_of_job(Owner owner, Outcome outcome, bool fell_back) const noexcept;
  void check_gone(Owner owner, bool succeeded, Time now) noexcept;
  void check_turned(Owner owner, Time now) noexcept;
  void conclude_repair(Owner owner, Owner repair, Outcome outcome, Time now) noexcept;
  void terminate(Owner owner, Time now) noexcept;
  void forward(int number, bool stops) noexcept;
  double chance() noexcept;
  bool is_over(Owner owner) const noexcept;

  // next(): each may queue actions; true if it did.
  bool enforce_deadlines(Time now) noexcept;
  bool enforce(Owner owner, Run& run, Time now) noexcept;
  bool drive_init(Time now) noexcept;
  bool end_init(Time now) noexcept;
  bool drive_stage(Stage& stage, Time now) noexcept;
  void start_step(Stage& stage, std::size_t step, Time now) noexcept;
  bool drive_retries(Time now) noexcept;
  bool drive_running(Time now) noexcept;
  bool drive_check(Owner owner, Time now) noexcept;
  bool drive_job(Owner owner, Time now) noexcept;
  void take_slot(Owner owner, Job& job, Time now) noexcept;
  bool take_turn(Owner owner, Job& job, Time now) noexcept;
  void begin_job(Owner owner, Owner free, int ticket, Time now) noexcept;
  bool replace_run(Owner owner, Time now) noexcept;
  void skip_turn(Owner owner, Job& job, bool is_unwanted) noexcept;
  std::optional<bool> holds(Owner owner) const noexcept;
  bool drive_stopping(Time now) noexcept;
  bool end_what_is_over(Time now) noexcept;
  bool drive_before(Time now) noexcept;
  bool drive_after(Time now) noexcept;
  bool drive_leftovers(Time now) noexcept;

  void transition(Phase phase) noexcept;
  void begin_main(Time now) noexcept;
  void begin_stop(Time now) noexcept;
  void hurry(Time now) noexcept;
  void stop_main(Time now) noexcept;
  void main_over(const Quit& quit, Time now) noexcept;
  bool skip_next(Stage& stage, Skip why) noexcept;
  bool may_go_on(Owner owner) const noexcept;
  std::optional<Time> stop_deadline() const noexcept;
  bool waits_for_jobs(Time now) const noexcept;
  std::optional<Time> part_of_total(int eighths) const noexcept;
  std::optional<Time> main_end() const noexcept;
  std::optional<Time> before_end() const noexcept;
  void begin_services(Time now) noexcept;
  void open_gates(Time now) noexcept;
  bool startup_passed() const noexcept;
  void end(Owner owner, Run& run, Time now) noexcept;
  void begin(Owner owner, Run& run, Time now) noexcept;
  void begin_attempt(Owner owner, Run& run, Time now) noexcept;
  void quit(const Quit& quit) noexcept;
  bool any_active() const noexcept;
  Stage& stage_of(Owner owner) noexcept;
  const Stage& stage_of(Owner owner) const noexcept;
  Owner root_of(Owner owner) const noexcept;
  bool is_busy(Owner owner) const noexcept;
  Owner free_run(const Job& job) const noexcept;
  /// True if a check of this kind has such a verdict.
  template <class Is>
  bool any_check(config::Question question, Is is) const noexcept {
    for (Owner owner = 0; owner < model_.hooks.size(); ++owner) {
      const config::Hook& hook = model_.hooks[owner];
      if (hook.kind != Kind::check || hook.check.question != question) continue;
      if (is(check(owner).verdict())) return true;
    }
    return false;
  }
  bool is_alive() const noexcept;
  bool is_ready() const noexcept;
  bool failed_a_proof(Owner owner) const noexcept;
  Time limit_to_total(Time wanted) const noexcept;
  Time leftovers_end(Time now) const noexcept;

  void push(Action action) noexcept;
  void tell(News news, Owner owner, int code = 0) noexcept;

  const config::Model& model_;
  Rules rules_;
  Phase phase_ = Phase::init;
  Stage init_;
  Stage before_;
  Stage after_;
  std::vector<std::optional<config::Condition>> conditions_;  ///< without what is known already
  std::vector<Owner> stands_for_;   ///< of each hook: for whom it is the fallback, or kMain
  std::vector<std::size_t> extra_;  ///< of each hook: its place in its stage, checks_ or jobs_
  std::vector<health::State> checks_;
  std::vector<bool> is_repaired_;  ///< of each check: its repair ran since it turned unhealthy
  std::vector<Job> jobs_;
  health::MainSays main_says_ = health::MainSays::nothing;
  std::vector<Run> runs_;
  Run main_;

  int stop_signal_ = 0;
  std::optional<Time> stop_began_;
  std::optional<Owner> failed_step_;
  std::optional<Quit> verdict_;  ///< how we shall end, once main has or cannot start
  /// What the stop waits for: jobs and the steps before main's stop signal, main, the steps after
  /// it, the rest of the container.
  enum class Stop : std::uint8_t { before, main, after, rest };
  Stop stop_ = Stop::before;
  bool main_was_told_ = false;  ///< it has had a stop signal
  bool before_hurried_ = false;
  bool after_hurried_ = false;
  std::optional<Time> main_ended_;
  enum class Leftovers : std::uint8_t { unknown, asked, killed };
  Leftovers leftovers_ = Leftovers::unknown;
  std::optional<Time> leftovers_deadline_;
  bool children_known_ = false;  ///< has_children_ is up to date
  bool has_children_ = false;
  std::uint64_t orphans_ = 0;
  std::uint64_t random_;
  std::uint64_t orphans_at_kill_ = 0;  ///< when what is left was last sent SIGKILL

  // Actions that wait to be taken. An event queues five at most, a turn of next() fewer, and they
  // are taken before the next event is noted.
  std::array<Action, 16> queue_{};
  std::size_t queue_begin_ = 0;
  std::size_t queue_size_ = 0;
};

}  // namespace pintle::init
