// The part of the supervisor that runs jobs: a slot of the schedule, a start or a request becomes a
// turn, and a turn a run as soon as the job's policy allows it.
#include <algorithm>
#include <utility>

#include "init/supervisor.hpp"

namespace pintle::init {
namespace {

/// Whoever asks for a punctual start means no less: waking up takes its time.
constexpr Duration kPunctual = 1s;

}  // namespace

bool Supervisor::drive_job(Owner owner, Time now) noexcept {
  if (model_.hooks[owner].copy_of != config::kNoHook) return false;
  Job& job = jobs_[extra_[owner]];
  const auto due = job.timer.due();
  if (due && now >= *due) {
    take_slot(owner, job, now);
    return true;
  }
  return job.turn && take_turn(owner, job, now);
}

void Supervisor::take_slot(Owner owner, Job& job, Time now) noexcept {
  const auto& deadline = model_.hooks[owner].job.starting_deadline;
  std::optional<Time> due = job.timer.due();
  if (deadline) due = job.timer.last_due(now, std::max(kPunctual, *deadline));
  job.timer.take(now);
  if (!due) return tell(News::job_missed, owner);
  const Time until = std::max(now, *due + deadline.value_or(Duration(0)));
  // One run waits at most, for as long as the more patient of the two would.
  if (!job.turn) {
    job.turn = Turn{.until = until};
  } else if (job.turn->until) {
    job.turn->until = std::max(*job.turn->until, until);
  }
}

bool Supervisor::take_turn(Owner owner, Job& job, Time now) noexcept {
  const config::JobPolicy& policy = model_.hooks[owner].job;
  const int ticket = job.turn->ticket;
  const auto wanted = ticket != 0 ? std::optional(true) : holds(owner);
  const Owner free = free_run(job);
  if (wanted != false && free != kMain) {
    job.turn.reset();
    runs_[free].asks_condition = !wanted;
    begin_job(owner, free, ticket, now);
    return true;
  }
  job.turn->is_replacing = wanted != false && policy.concurrency == config::Concurrency::replace;
  if (job.turn->is_replacing) return replace_run(owner, now);
  if (!job.turn->until || now < *job.turn->until) return false;
  skip_turn(owner, job, wanted == false);
  return true;
}

/// Said once for a run that is in the way, however many slots it takes.
void Supervisor::skip_turn(Owner owner, Job& job, bool is_unwanted) noexcept {
  job.turn.reset();
  if (is_unwanted) return tell(News::job_not_now, owner);
  if (!std::exchange(job.skip_was_told, true)) tell(News::job_skipped, owner);
}

void Supervisor::begin_job(Owner owner, Owner free, int ticket, Time now) noexcept {
  Job& job = jobs_[extra_[owner]];
  job.began = now;
  job.count += 1;
  job.skip_was_told = false;
  runs_[free].ticket = ticket;
  runs_[free].turn_began = now;
  begin(free, runs_[free], now);
  tell(News::job_started, free);
}

/// Ends the run that is in the way, its fallback included; false while that is being waited for.
bool Supervisor::replace_run(Owner owner, Time now) noexcept {
  for (Owner one = owner; one != config::kNoHook; one = model_.hooks[one].fallback_hook) {
    Run& run = runs_[one];
    if (!run.is_busy() || run.is_being_ended()) continue;
    run.is_replaced = true;
    if (run.is_active()) {
      end(one, run, now);
    } else {
      run.retry_at.reset();
      conclude(one, Outcome::error, now);
    }
    return true;
  }
  return false;
}

/// The hook runs, or waits for another attempt, or its fallback does.
bool Supervisor::is_busy(Owner owner) const noexcept {
  for (; owner != config::kNoHook; owner = model_.hooks[owner].fallback_hook) {
    if (runs_[owner].is_busy()) return true;
  }
  return false;
}

/// Which of a job's hooks could run now; kMain if none.
Owner Supervisor::free_run(const Job& job) const noexcept {
  for (const Owner owner : job.runs) {
    if (!is_busy(owner)) return owner;
  }
  return kMain;
}

/// Its `when` is not asked: whoever asks for the job knows what he wants.
void Supervisor::on(const JobAsked& event, Time now) noexcept {
  using Result = Answer::Result;
  const auto refuse = [&](Result why) { push(Answer{event.ticket, why, event.owner}); };
  if (phase_ == Phase::init) return refuse(Result::not_running);
  if (phase_ != Phase::running) return refuse(Result::stopping);
  Job& job = jobs_[extra_[event.owner]];
  const Owner free = free_run(job);
  if (free != kMain) return begin_job(event.owner, free, event.ticket, now);
  const bool replaces = model_.hooks[event.owner].job.concurrency == config::Concurrency::replace;
  if (!replaces || (job.turn && job.turn->ticket != 0)) return refuse(Result::busy);
  job.turn = Turn{.ticket = event.ticket};
}

News Supervisor::news_of_job(Owner owner, Outcome outcome, bool fell_back) const noexcept {
  if (outcome == Outcome::skipped) return News::job_not_now;
  if (outcome == Outcome::success) return fell_back ? News::step_fell_back : News::job_done;
  return runs_[owner].is_replaced ? News::job_replaced : News::job_failed;
}

void Supervisor::conclude_job(Owner owner, Outcome outcome, bool fell_back, Time now) noexcept {
  const config::Hook& hook = model_.hooks[owner];
  Run& run = runs_[owner];
  Job& job = jobs_[extra_[owner]];
  const bool succeeded = outcome == Outcome::success;
  const News news = news_of_job(owner, outcome, fell_back);
  const Duration time = std::chrono::duration_cast<Duration>(now - run.turn_began);
  const int code = succeeded && fell_back ? 0 : run.last_code;
  const int ticket = std::exchange(run.ticket, 0);
  if (ticket != 0) {
    const auto result = succeeded ? Answer::Result::done : Answer::Result::failed;
    push(Answer{ticket, result, owner, succeeded ? 0 : code, time, fell_back});
  }
  if (phase_ != Phase::running && !hook.job.after_main) return;
  tell(news, owner, run.last_code);
  if (outcome == Outcome::skipped) job.count -= 1;  // its child has seen that it is not wanted
  if (outcome == Outcome::skipped || news == News::job_replaced) return;
  job.streak = job.has_ended && job.last_succeeded == succeeded ? job.streak + 1 : 1;
  job.has_ended = true;
  job.last_succeeded = succeeded;
  job.failures += succeeded ? 0 : 1;
  if (succeeded) job.succeeded = now;
  job.last_code = code;
  job.last_time = time;
}

}  // namespace pintle::init
