#include "init/jobs.hpp"

#include <algorithm>
#include <utility>

namespace pintle::init {
namespace {

using config::Concurrency;

/// The shortest `startingDeadline` that is applied. PID 1 wakes up slightly late, so a deadline of
/// 0 would skip every run.
constexpr Duration kPunctual = 1s;

schedule::Timer timer_of(const config::Hook& hook, const std::string& host) noexcept {
  const auto& job = hook.as<config::JobPolicy>();
  const schedule::Jitter jitter{job.jitter, schedule::seed_of(host, hook.id)};
  return job.schedule.cron ? schedule::Timer(*job.schedule.cron, jitter)
                           : schedule::Timer(job.schedule.every, jitter);
}

/// A run of the job that is free to begin; nullptr if none is.
Hook* free_run(const Job& job) noexcept {
  const auto found = std::find_if(job.runs.begin(), job.runs.end(),
                                  [](const Hook* run) { return !run->is_busy(); });
  return found == job.runs.end() ? nullptr : *found;
}

News news_of(const Ended& ended) noexcept {
  if (ended.outcome == Outcome::skipped) return News::job_not_now;
  if (ended.outcome == Outcome::success) {
    return ended.fell_back() ? News::step_fell_back : News::job_done;
  }
  return ended.hook.run.is_replaced ? News::job_replaced : News::job_failed;
}

}  // namespace

bool Job::is_running() const noexcept {
  return std::any_of(runs.begin(), runs.end(), [](const Hook* run) { return run->is_busy(); });
}

Jobs::Jobs(Hooks& hooks, const std::string& host, const ComponentContext& context)
    : context_(context) {
  for (Hook& hook : hooks) {
    if (!hook.is(config::Kind::job)) continue;
    hook.component = this;
    if (!hook.is_further_run) jobs_.push_back(Job{.timer = timer_of(*hook.config, host)});
    // Parallel runs come after all hooks of the config, so their job exists already.
    const auto job = std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& one) {
      return one.runs.empty() || one.hook().config == hook.config;
    });
    job->runs.push_back(&hook);
    hook.task = JobTask{&*job};
  }
}

void Jobs::begin(Time now) noexcept {
  for (Job& job : jobs_) {
    if (!job.policy().schedule.is_empty()) job.timer.begin(now);
    if (!job.policy().run_on_start) continue;
    job.pending.emplace();
    if (job.policy().starting_deadline) job.pending->until = now + *job.policy().starting_deadline;
  }
}

void Jobs::end() noexcept {
  for (Job& job : jobs_) job.timer.end();
}

void Jobs::set_clock(WallOffset offset, Time now) noexcept {
  for (Job& job : jobs_) job.timer.set_clock(offset, now);
}

bool Jobs::drive(Time now) noexcept {
  return std::any_of(jobs_.begin(), jobs_.end(), [&](Job& job) { return drive(job, now); });
}

bool Jobs::drive(Job& job, Time now) noexcept {
  const auto due = job.timer.due();
  if (due && now >= *due) {
    take_slot(job, now);
    return true;
  }
  return job.pending && begin_pending(job, now);
}

void Jobs::take_slot(Job& job, Time now) noexcept {
  const auto& deadline = job.policy().starting_deadline;
  std::optional<Time> due = job.timer.due();
  if (deadline) due = job.timer.last_due(now, std::max(kPunctual, *deadline));
  job.timer.take(now);
  if (!due) return context_.queue.tell(News::job_missed, job.hook());
  const Time until = std::max(now, *due + deadline.value_or(Duration(0)));
  // At most one run is pending; it waits until the later one of both deadlines.
  if (!job.pending) {
    job.pending = PendingRun{.until = until};
  } else if (job.pending->until) {
    job.pending->until = std::max(*job.pending->until, until);
  }
}

bool Jobs::begin_pending(Job& job, Time now) noexcept {
  const int ticket = job.pending->ticket;
  const auto wanted = ticket != 0 ? std::optional(true) : context_.holds(job.hook());
  Hook* const free = free_run(job);
  if (wanted != false && free != nullptr) {
    job.pending.reset();
    free->run.asks = wanted ? Asks::no : Asks::first;
    begin_run(job, *free, ticket, now);
    return true;
  }
  job.pending->is_replacing = wanted != false && job.policy().concurrency == Concurrency::replace;
  if (job.pending->is_replacing) return replace_run(job, now);
  if (!job.pending->until || now < *job.pending->until) return false;
  skip_pending(job, wanted == false);
  return true;
}

/// Logs only the first of several runs that are skipped because of the same running one.
void Jobs::skip_pending(Job& job, bool is_unwanted) noexcept {
  job.pending.reset();
  if (is_unwanted) return context_.queue.tell(News::job_not_now, job.hook());
  if (!std::exchange(job.skip_was_told, true)) context_.queue.tell(News::job_skipped, job.hook());
}

void Jobs::begin_run(Job& job, Hook& run, int ticket, Time now) noexcept {
  job.began = now;
  job.count += 1;
  job.skip_was_told = false;
  run.run.ticket = ticket;
  run.run.first_began = now;
  context_.attempts.begin(run, now);
  context_.queue.tell(News::job_started, run);
}

/// Stops the running run, its fallback included; false if it is being stopped already.
bool Jobs::replace_run(Job& job, Time now) noexcept {
  for (Hook* one = &job.hook(); one != nullptr; one = one->fallback) {
    if (!one->run.is_busy() || one->run.is_being_ended()) continue;
    one->run.is_replaced = true;
    context_.attempts.give_up(*one, now);
    return true;
  }
  return false;
}

void Jobs::ask(Hook& hook, int ticket, Time now) noexcept {
  using Result = Answer::Result;
  const auto refuse = [&](Result why) { context_.queue.push(Answer{ticket, why, &hook}); };
  if (context_.lifecycle.phase == Phase::init) return refuse(Result::not_running);
  if (context_.lifecycle.phase != Phase::running) return refuse(Result::stopping);
  Job& job = hook.job();
  if (Hook* const free = free_run(job)) return begin_run(job, *free, ticket, now);
  const bool replaces = job.policy().concurrency == Concurrency::replace;
  if (!replaces || (job.pending && job.pending->ticket != 0)) return refuse(Result::busy);
  job.pending = PendingRun{.ticket = ticket};
}

void Jobs::concluded(const Ended& ended, Time now) noexcept {
  Run& run = ended.hook.run;
  Job& job = ended.hook.job();
  const bool succeeded = ended.outcome == Outcome::success;
  const News news = news_of(ended);
  const Duration time = std::chrono::duration_cast<Duration>(now - run.first_began);
  const int code = succeeded && ended.fell_back() ? 0 : run.last_code;
  const int ticket = std::exchange(run.ticket, 0);
  if (ticket != 0) {
    const auto result = succeeded ? Answer::Result::done : Answer::Result::failed;
    context_.queue.push(
        Answer{ticket, result, &ended.hook, succeeded ? 0 : code, time, ended.fell_back()});
  }
  if (context_.lifecycle.phase != Phase::running && !job.policy().after_main) return;
  context_.queue.tell(news, ended.hook, run.last_code);
  if (ended.outcome == Outcome::skipped) job.count -= 1;  // its child saw that `when` does not hold
  if (ended.outcome == Outcome::skipped || news == News::job_replaced) return;
  job.streak = job.has_ended && job.last_succeeded == succeeded ? job.streak + 1 : 1;
  job.has_ended = true;
  job.last_succeeded = succeeded;
  job.failures += succeeded ? 0 : 1;
  if (succeeded) job.succeeded = now;
  job.last_code = code;
  job.last_time = time;
}

std::optional<Time> Jobs::deadline() const noexcept {
  std::optional<Time> first;
  for (const Job& job : jobs_) {
    first = earliest(first, job.timer.due());
    if (job.pending && !job.pending->is_replacing) first = earliest(first, job.pending->until);
  }
  return first;
}

bool Jobs::drop_pending() noexcept {
  const auto found = std::find_if(jobs_.begin(), jobs_.end(),
                                  [](const Job& job) { return job.pending.has_value(); });
  if (found == jobs_.end()) return false;
  const int ticket = found->pending->ticket;
  found->pending.reset();
  if (ticket != 0) {
    context_.queue.push(Answer{ticket, Answer::Result::stopping, &found->hook()});
  }
  return true;
}

bool Jobs::keep_main() const noexcept {
  const auto has_child = [](const Hook* run) {
    for (; run != nullptr; run = run->fallback) {
      if (run->run.is_active()) return true;
    }
    return false;
  };
  return std::any_of(jobs_.begin(), jobs_.end(), [&](const Job& job) {
    return !job.policy().after_main && std::any_of(job.runs.begin(), job.runs.end(), has_child);
  });
}

}  // namespace pintle::init
