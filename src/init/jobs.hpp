// init/jobs.hpp - the jobs: a slot of the schedule, a start or a request becomes a turn, and a turn
// a run as soon as the job's policy allows it. Pure.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "init/component.hpp"
#include "schedule/timer.hpp"

namespace pintle::init {

/// A run that is due and has not begun.
struct Turn {
  std::optional<Time> until{};  ///< how long it waits; unset: for ever
  int ticket = 0;               ///< of who asked for it
  bool is_replacing = false;    ///< it waits for the end of the run that it replaces, however long
};

/// What is known of one job: when it is due, the turn that waits, and how its runs ended.
struct Job {
  schedule::Timer timer;
  std::vector<Hook*> runs{};  ///< as many as there may be at a time; the first is the config's hook
  std::optional<Turn> turn{};
  bool skip_was_told = false;  ///< since a run began last
  // For status.
  std::optional<Time> began{};  ///< the run that began last
  bool has_ended = false;       ///< one has; then:
  bool last_succeeded = false;
  int streak = 0;                   ///< runs in a row that ended like the last one
  int count = 0;                    ///< runs that were begun
  int failures = 0;                 ///< runs that ended without success
  std::optional<Time> succeeded{};  ///< when the last success ended
  int last_code = 0;                ///< 0 if its fallback succeeded
  Duration last_time{};

  Hook& hook() const noexcept { return *runs.front(); }
  const config::JobPolicy& policy() const noexcept {
    return hook().config->as<config::JobPolicy>();
  }
  /// One of its runs has not ended, or waits for another attempt.
  bool is_running() const noexcept;
};

class Jobs final : public Component {
 public:
  /// `host` tells one container of a fleet from another: their jitter differs.
  Jobs(Hooks& hooks, const std::string& host, const Desk& desk);

  /// Main runs: the schedules count from now.
  void begin(Time now) noexcept;
  /// No further slots.
  void end() noexcept;
  void set_clock(WallOffset offset, Time now) noexcept;

  /// Somebody wants a run of the job that `hook` is, now. Its `when` is not asked: whoever asks
  /// knows what he wants.
  void ask(Hook& hook, int ticket, Time now) noexcept;

  bool drive(Time now) noexcept override;
  void concluded(const Ended& ended, Time now) noexcept override;
  std::optional<Time> deadline() const noexcept override;

  /// The container stops: forgets one turn that has not begun; false if there is none.
  bool drop_turn() noexcept;
  /// A run has not ended that the stop of main waits for.
  bool keep_main() const noexcept;

 private:
  bool drive(Job& job, Time now) noexcept;
  void take_slot(Job& job, Time now) noexcept;
  bool take_turn(Job& job, Time now) noexcept;
  void begin_run(Job& job, Hook& run, int ticket, Time now) noexcept;
  bool replace_run(Job& job, Time now) noexcept;
  void skip_turn(Job& job, bool is_unwanted) noexcept;

  Desk desk_;
  std::deque<Job> jobs_{};
};

}  // namespace pintle::init
