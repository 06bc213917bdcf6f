// The part of the supervisor that says what the end of a hook's child means: retry, fallback,
// result.
#include <algorithm>

#include "hooks/backoff.hpp"
#include "init/supervisor.hpp"

namespace pintle::init {

using hooks::StepState;

Supervisor::Outcome Supervisor::outcome_of(Owner owner, const ChildGone& event) const noexcept {
  if (event.was_skipped) return Outcome::skipped;
  if (event.failure || event.signal != 0 || runs_[owner].timed_out) return Outcome::error;
  const auto& codes = model_.hooks[owner].success_codes;
  const bool is_success = std::find(codes.begin(), codes.end(), event.code) != codes.end();
  return is_success ? Outcome::success : Outcome::failure;
}

void Supervisor::hook_gone(Owner owner, Outcome outcome, Time now) noexcept {
  if (outcome == Outcome::failure || outcome == Outcome::error) runs_[owner].failures += 1;
  if (model_.hooks[owner].kind == Kind::check) {
    return check_gone(owner, outcome == Outcome::success, now);
  }
  const bool failed = outcome == Outcome::failure || outcome == Outcome::error;
  if (!failed || is_over(owner)) return conclude(owner, outcome, now);
  if (retry(owner, now)) return;
  const Owner fallback = model_.hooks[owner].fallback_hook;
  if (fallback == config::kNoHook) return conclude(owner, outcome, now);
  tell(News::hook_falls_back, owner, runs_[owner].last_code);
  runs_[fallback].ticket = runs_[owner].ticket;
  begin(fallback, runs_[fallback], now);
}

/// No further attempt, and no fallback: what it belongs to has been stopped.
bool Supervisor::is_over(Owner owner) const noexcept {
  if (runs_[owner].is_replaced) return true;
  if (phase_ == Phase::stopping) return !may_go_on(owner);
  return stop_signal_ != 0 || failed_step_.has_value();
}

bool Supervisor::retry(Owner owner, Time now) noexcept {
  Run& run = runs_[owner];
  const config::Hook& hook = model_.hooks[owner];
  if (run.attempt > hook.retries) return false;
  const Duration wait = hooks::wait_after(hook.backoff, run.attempt, chance());
  run.retry_at = now + wait;
  Tell news{News::hook_retried, owner, run.last_code, run.last_time, run.timed_out};
  news.wait = wait;
  push(news);
  return true;
}

/// What `owner` ended with, passed on to the hook that it stands for.
void Supervisor::conclude(Owner owner, Outcome outcome, Time now) noexcept {
  const Owner ended = owner;
  const bool fell_back = stands_for_[ended] != kMain;
  const bool failed = outcome == Outcome::failure || outcome == Outcome::error;
  owner = root_of(ended);
  // Those between the two have been told when they failed; a check has words of its own.
  if (fell_back && failed && !is_over(ended) && model_.hooks[owner].kind != Kind::check) {
    tell(News::fallback_failed, ended, runs_[ended].last_code);
  }
  runs_[owner].is_replaced = runs_[ended].is_replaced;
  const Kind kind = model_.hooks[owner].kind;
  if (kind == Kind::check) return conclude_repair(owner, ended, outcome, now);
  if (kind == Kind::job) return conclude_job(owner, outcome, fell_back, now);
  conclude_step(owner, outcome, fell_back);
}

void Supervisor::conclude_step(Owner owner, Outcome outcome, bool fell_back) noexcept {
  const std::size_t step = extra_[owner];
  Stage& stage = stage_of(owner);
  const bool is_shutdown = model_.hooks[owner].kind == Kind::shutdown;
  const bool goes_on = is_shutdown || model_.hooks[owner].on_failure == config::OnFailure::proceed;
  StepState state = StepState::failed;
  News news = News::step_failed;
  if (outcome == Outcome::skipped) {
    state = StepState::skipped;
    news = News::step_skipped;
  } else if (outcome == Outcome::success) {
    state = fell_back ? StepState::fell_back : StepState::done;
    news = fell_back ? News::step_fell_back : News::step_done;
  } else if (stage.is_condition[step] && outcome == Outcome::failure && !fell_back) {
    state = StepState::answered_no;
    news = News::step_false;
  } else if (goes_on) {
    state = StepState::went_on;
    news = News::step_went_on;
  }
  stage.steps.finish(step, state);
  // A step that we ended because the start, or the stop, is past it has not failed by itself.
  if (is_over(owner)) return;
  if (state == StepState::failed) failed_step_ = owner;
  tell(news, owner, outcome == Outcome::skipped ? 0 : runs_[owner].last_code);
}

/// xorshift64: good enough to spread retries.
double Supervisor::chance() noexcept {
  random_ ^= random_ << 13U;
  random_ ^= random_ >> 7U;
  random_ ^= random_ << 17U;
  return static_cast<double>(random_ >> 11U) / static_cast<double>(std::uint64_t{1} << 53U);
}

}  // namespace pintle::init
