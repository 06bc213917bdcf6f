// init/jobs.hpp - the jobs. A slot of the schedule, the start of main or a request makes a run
// pending; it begins as soon as the job's policy allows it. Pure.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "init/component.hpp"
#include "schedule/timer.hpp"

namespace pintle::init {

/// A pending run: it is due and has not begun.
struct PendingRun {
  std::optional<Time> until{};  ///< how long it may wait; unset: no limit
  int ticket = 0;               ///< of the client that asked for it; 0: none
  bool is_replacing = false;    ///< waits, without a limit, for the run that it replaces
};

/// The state of one job: when it is due, its pending run, and how its runs ended.
struct Job {
  schedule::Timer timer;
  std::vector<Hook*> runs{};  ///< one for each parallel run; the first is the config's hook
  std::optional<PendingRun> pending{};
  bool skip_was_told = false;  ///< a skipped run was logged since the last run began
  // For status.
  std::optional<Time> began{};  ///< when the last run began
  bool has_ended = false;       ///< a run has ended; the following members are set then
  bool last_succeeded = false;
  int streak = 0;                   ///< runs in a row with the last run's result
  int count = 0;                    ///< runs that have begun
  int failures = 0;                 ///< runs that ended without success
  std::optional<Time> succeeded{};  ///< when the last successful run ended
  int last_code = 0;                ///< 0 if its fallback succeeded
  Duration last_time{};

  Hook& hook() const noexcept { return *runs.front(); }
  const config::JobPolicy& policy() const noexcept {
    return hook().config->as<config::JobPolicy>();
  }
  /// True if one of its runs has not ended or waits for another attempt.
  bool is_running() const noexcept;
};

class Jobs final : public Component {
 public:
  /// `host` is the name of the container: each container has a different jitter.
  Jobs(Hooks& hooks, const std::string& host, const ComponentContext& context);

  /// Main runs: the schedules begin now.
  void begin(Time now) noexcept;
  /// Ends the schedules: no further runs become pending.
  void end() noexcept;
  void set_clock(WallOffset offset, Time now) noexcept;

  /// A client asks for a run of the job now. `when` is not checked: an explicit request has
  /// priority.
  void ask(Hook& hook, int ticket, Time now) noexcept;

  bool drive(Time now) noexcept override;
  void concluded(const Ended& ended, Time now) noexcept override;
  std::optional<Time> deadline() const noexcept override;

  /// The container stops: drops one pending run; false if there is none.
  bool drop_pending() noexcept;
  /// True if a run has not ended for which the stop of main waits.
  bool keep_main() const noexcept;

 private:
  bool drive(Job& job, Time now) noexcept;
  void take_slot(Job& job, Time now) noexcept;
  bool begin_pending(Job& job, Time now) noexcept;
  void begin_run(Job& job, Hook& run, int ticket, Time now) noexcept;
  bool replace_run(Job& job, Time now) noexcept;
  void skip_pending(Job& job, bool is_unwanted) noexcept;

  ComponentContext context_;
  std::deque<Job> jobs_{};
};

}  // namespace pintle::init
