#include "init/stop.hpp"

#include <csignal>
#include <utility>

namespace pintle::init {

void Stop::limit_to_total() noexcept {
  attempts_.limit_to_total();
  if (remaining_ == Remaining::asked) remaining_deadline_ = budget_.limited(*remaining_deadline_);
}

void Stop::hurry(Time now) noexcept {
  if (lifecycle_.phase != Phase::stopping) return;
  if (lifecycle_.part == StopPart::before) lifecycle_.before_is_hurried = true;
  if (lifecycle_.part == StopPart::after) lifecycle_.after_is_hurried = true;
  if (remaining_ == Remaining::asked) remaining_deadline_ = now;
}

void Stop::main_is_over(Time now) noexcept {
  lifecycle_.part = StopPart::after;
  budget_.note_main_end(now);
}

bool Stop::drive(Time now) noexcept {
  if (end_what_is_over(now)) return true;
  if (lifecycle_.has_time(budget_, now) && attempts_.try_again(now)) return true;
  switch (lifecycle_.part) {
    case StopPart::before:
      return drive_before(now);
    case StopPart::main:
      return false;  // main's end or its deadline comes next
    case StopPart::after:
      return drive_after(now);
    case StopPart::remaining:
      break;
  }
  return drive_remaining(now);
}

std::optional<Time> Stop::deadline() const noexcept {
  switch (lifecycle_.part) {
    case StopPart::before:
      return parts_.before.all_done() ? budget_.jobs_end() : budget_.before_end();
    case StopPart::after:
      return budget_.end();
    case StopPart::main:
      return std::nullopt;
    case StopPart::remaining:
      break;
  }
  return remaining_deadline_;
}

bool Stop::end_what_is_over(Time now) noexcept {
  if (parts_.jobs.drop_pending()) return true;
  for (Hook& hook : parts_.hooks) {
    if (!hook.run.is_busy() || hook.run.is_being_ended() || lifecycle_.lets_run(hook)) continue;
    if (hook.root().is(config::Kind::shutdown)) {
      const Duration time = std::chrono::duration_cast<Duration>(now - hook.run.began);
      queue_.push(Tell{.news = News::shutdown_cut, .hook = &hook.root(), .time = time});
    }
    attempts_.give_up(hook, now);
    return true;
  }
  return false;
}

/// Stops main when the steps before main and the jobs have ended, or their time is over.
bool Stop::drive_before(Time now) noexcept {
  if (lifecycle_.has_time(budget_, now)) {
    if (parts_.before.drive(now)) return true;
    const auto jobs_end = budget_.jobs_end();
    const bool waits = (!jobs_end || now < *jobs_end) && parts_.jobs.keep_main();
    if (!parts_.before.all_done() || waits) return false;
  }
  if (!parts_.before.skip_next(Skip::no_time)) stop_main(now);
  return true;
}

void Stop::stop_main(Time now) noexcept {
  if (!parts_.main.is_active()) return main_is_over(now);
  lifecycle_.part = StopPart::main;
  parts_.main.stop(signal_ != 0 ? signal_ : SIGTERM, now);
}

bool Stop::drive_after(Time now) noexcept {
  if (parts_.before.skip_next(Skip::main_gone)) return true;
  if (lifecycle_.has_time(budget_, now)) {
    if (parts_.after.drive(now)) return true;
    if (!parts_.after.all_done()) return false;
  }
  if (parts_.after.skip_next(Skip::no_time)) return true;
  lifecycle_.part = StopPart::remaining;
  return true;
}

bool Stop::drive_remaining(Time now) noexcept {
  if (children_known_ && !has_children_) {
    is_over_ = true;
    return true;
  }
  switch (remaining_) {
    case Remaining::unknown:
      return ask_remaining(now);
    case Remaining::asked:
      return kill_remaining(now);
    case Remaining::killed:
      break;
  }
  return kill_more(now);
}

bool Stop::ask_remaining(Time now) noexcept {
  if (!children_known_) return false;
  queue_.push(KillAll{SIGTERM});
  queue_.push(KillAll{SIGCONT});
  remaining_ = Remaining::asked;
  remaining_deadline_ = budget_.remaining_end(now);
  return true;
}

bool Stop::kill_remaining(Time now) noexcept {
  if (now < *remaining_deadline_) return false;
  queue_.push(Tell{.news = News::remaining_killed});
  queue_.push(KillAll{SIGKILL});
  remaining_ = Remaining::killed;
  remaining_deadline_ = now + kAfterKill;
  died_since_kill_ = false;
  return true;
}

/// Sends SIGKILL again after a child has died: pintle may have adopted that child's children, which
/// could have been forked after the last SIGKILL.
bool Stop::kill_more(Time now) noexcept {
  if (!is_pid1_ && children_known_ && std::exchange(died_since_kill_, false)) {
    queue_.push(KillAll{SIGKILL});
    return true;
  }
  is_over_ = now >= *remaining_deadline_;
  return is_over_;
}

}  // namespace pintle::init
