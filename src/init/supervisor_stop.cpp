// The part of the supervisor that stops the container: jobs and checks, the steps before main's
// stop signal, main, the steps after it, and what is left. Every part is bounded, so that the ones
// behind it keep some of the total grace.
#include <algorithm>
#include <csignal>

#include "init/supervisor.hpp"

namespace pintle::init {
namespace {

/// What nothing survives, and nothing waits for any longer: an exit of PID 1 ends the rest.
constexpr Duration kAfterKill = 2s;

}  // namespace

void Supervisor::on(const Signalled& event, Time now) noexcept {
  const bool stops = rules_.stop_signals[static_cast<std::size_t>(event.number)];
  const bool is_first = stops && stop_signal_ == 0;
  if (is_first) {
    stop_signal_ = event.number;
    if (!stop_began_) stop_began_ = now;
    if (phase_ < Phase::stopping) push(Tell{.news = News::stopping, .code = event.number});
    if (leftovers_ == Leftovers::asked) leftovers_deadline_ = limit_to_total(*leftovers_deadline_);
    if (phase_ == Phase::running) return begin_stop(now);
    if (phase_ == Phase::stopping && stop_ == Stop::before) return;  // main will get one
  } else if (stops) {
    hurry(now);
  }
  if (!main_.is_active()) return;  // nobody to forward to: before main, or after it
  main_was_told_ = main_was_told_ || stops;
  forward(event.number, stops);
}

/// Main gets `number`, or what it gets instead; a stop signal must reach one that is stopped, too.
void Supervisor::forward(int number, bool stops) noexcept {
  const auto rewrite = rules_.rewrites.find(number);
  const int sent = rewrite == rules_.rewrites.end() ? number : rewrite->second;
  const pid_t target = rules_.signal_group ? -main_.pid : main_.pid;
  if (sent != 0) push(Kill{kMain, target, sent});
  if (stops) push(Kill{kMain, target, SIGCONT});
}

void Supervisor::begin_stop(Time now) noexcept {
  if (!stop_began_) stop_began_ = now;
  transition(Phase::stopping);
}

/// A further stop signal ends what is waited for, but for main, who got it too.
void Supervisor::hurry(Time now) noexcept {
  if (phase_ != Phase::stopping) return;
  if (stop_ == Stop::before) before_hurried_ = true;
  if (stop_ == Stop::after) after_hurried_ = true;
  if (leftovers_ == Leftovers::asked) leftovers_deadline_ = now;
}

// --- bounds ----------------------------------------------------------------------------------

/// When so many eighths of the total grace are over; nullopt if there is none. It counts from the
/// stop signal, or from the end of a main that ended by itself.
std::optional<Time> Supervisor::part_of_total(int eighths) const noexcept {
  const bool is_end = main_ended_ && (!stop_began_ || *main_ended_ < *stop_began_);
  const auto& began = is_end ? main_ended_ : stop_began_;
  if (!began || !rules_.total_grace) return std::nullopt;
  return *began + *rules_.total_grace * eighths / 8;
}

/// What main left behind has what is left of the total: it may have something to save as well.
Time Supervisor::leftovers_end(Time now) const noexcept {
  if (const auto end = part_of_total(8)) return *end;
  return now + rules_.total_grace.value_or(std::max(kKillDelay, rules_.grace.value_or(kKillDelay)));
}

Time Supervisor::limit_to_total(Time wanted) const noexcept {
  return std::min(wanted, part_of_total(8).value_or(wanted));
}

/// An eighth is left to the steps after main, if there are any.
std::optional<Time> Supervisor::main_end() const noexcept {
  return part_of_total(after_.owners.empty() ? 8 : 7);
}

/// A quarter is left to main, or its whole grace period if that is shorter.
std::optional<Time> Supervisor::before_end() const noexcept {
  const auto end = main_end();
  if (!end) return end;
  const Duration quarter = *rules_.total_grace / 4;
  return *end - std::min(quarter, rules_.grace.value_or(quarter));
}

/// Main gets its stop signal when the jobs have ended, or after a quarter of the total grace.
bool Supervisor::waits_for_jobs(Time now) const noexcept {
  const auto end = part_of_total(2);
  if (end && now >= *end) return false;
  for (Owner owner = 0; owner < runs_.size(); ++owner) {
    const config::Hook& root = model_.hooks[root_of(owner)];
    if (runs_[owner].is_active() && root.kind == Kind::job && !root.job.after_main) return true;
  }
  return false;
}

std::optional<Time> Supervisor::stop_deadline() const noexcept {
  switch (stop_) {
    case Stop::before:
      return before_.steps.all_done() ? part_of_total(2) : before_end();
    case Stop::after:
      return part_of_total(8);
    case Stop::main:
      return std::nullopt;
    case Stop::rest:
      break;
  }
  return leftovers_deadline_;
}

// --- one part after the other ----------------------------------------------------------------

/// Whether a run is left alone by the stop, as far as it is.
bool Supervisor::may_go_on(Owner owner) const noexcept {
  const config::Hook& root = model_.hooks[root_of(owner)];
  if (root.kind == Kind::job) return root.job.after_main && stop_ < Stop::after;
  if (root.kind != Kind::shutdown) return false;
  const bool is_before = root.moment == config::Moment::before;
  return stop_ == (is_before ? Stop::before : Stop::after);
}

bool Supervisor::end_what_is_over(Time now) noexcept {
  for (Job& job : jobs_) {
    if (!job.turn) continue;
    if (job.turn->ticket != 0) {
      push(Answer{job.turn->ticket, Answer::Result::stopping, job.runs.front()});
    }
    job.turn.reset();
    return true;
  }
  for (Owner owner = 0; owner < runs_.size(); ++owner) {
    Run& run = runs_[owner];
    if (!run.is_busy() || run.is_being_ended() || may_go_on(owner)) continue;
    if (model_.hooks[root_of(owner)].kind == Kind::shutdown) {
      const Duration time = std::chrono::duration_cast<Duration>(now - run.began);
      push(Tell{.news = News::shutdown_cut, .owner = root_of(owner), .time = time});
    }
    if (run.is_active()) {
      end(owner, run, now);
    } else {
      run.retry_at.reset();
      conclude(owner, Outcome::error, now);
    }
    return true;
  }
  return false;
}

bool Supervisor::drive_stopping(Time now) noexcept {
  if (end_what_is_over(now) || drive_retries(now)) return true;
  switch (stop_) {
    case Stop::before:
      return drive_before(now);
    case Stop::main:
      return false;  // its end, or its deadline
    case Stop::after:
      return drive_after(now);
    case Stop::rest:
      break;
  }
  return drive_leftovers(now);
}

bool Supervisor::drive_before(Time now) noexcept {
  const auto limit = before_end();
  if (!before_hurried_ && (!limit || now < *limit)) {
    if (drive_stage(before_, now)) return true;
    if (!before_.steps.all_done() || waits_for_jobs(now)) return false;
  }
  if (!skip_next(before_, Skip::no_time)) stop_main(now);
  return true;
}

void Supervisor::stop_main(Time now) noexcept {
  if (!main_.is_active()) return main_over({0, Reason::main_ended}, now);
  stop_ = Stop::main;
  if (!main_was_told_) forward(stop_signal_ != 0 ? stop_signal_ : SIGTERM, true);
  if (!rules_.grace) return;
  const Time wanted = now + *rules_.grace;
  main_.deadline = std::min(wanted, main_end().value_or(wanted));
}

/// Main has ended, or there is none and its end has come.
void Supervisor::main_over(const Quit& quit, Time now) noexcept {
  if (!verdict_) verdict_ = quit;
  if (phase_ < Phase::stopping) transition(Phase::stopping);
  stop_ = Stop::after;
  main_ended_ = now;
}

bool Supervisor::drive_after(Time now) noexcept {
  if (skip_next(before_, Skip::main_gone)) return true;
  const auto limit = part_of_total(8);
  if (!after_hurried_ && (!limit || now < *limit)) {
    if (drive_stage(after_, now)) return true;
    if (!after_.steps.all_done()) return false;
  }
  if (skip_next(after_, Skip::no_time)) return true;
  stop_ = Stop::rest;
  return true;
}

/// Leaves out one step that has not begun; false if there is none.
bool Supervisor::skip_next(Stage& stage, Skip why) noexcept {
  const auto step = stage.steps.skip_next();
  if (step) tell(News::step_skipped, stage.owners[*step], static_cast<int>(why));
  return step.has_value();
}

bool Supervisor::drive_leftovers(Time now) noexcept {
  switch (leftovers_) {
    case Leftovers::unknown:
      if (!children_known_) return false;
      if (!has_children_) break;
      push(KillAll{SIGTERM});
      push(KillAll{SIGCONT});
      leftovers_ = Leftovers::asked;
      leftovers_deadline_ = leftovers_end(now);
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

}  // namespace pintle::init
