#include "init/attempts.hpp"

#include <algorithm>
#include <csignal>

#include "base/exit_codes.hpp"
#include "hooks/backoff.hpp"
#include "init/component.hpp"

namespace pintle::init {
namespace {

using config::Kind;

Duration since(Time began, Time now) noexcept {
  return std::chrono::duration_cast<Duration>(now - began);
}

Outcome outcome_of(const Hook& hook, const ChildGone& event) noexcept {
  if (event.was_last && hook.files.failed > 0) return Outcome::error;
  if (event.was_skipped) return Outcome::skipped;
  if (event.failure || event.signal != 0 || hook.run.timed_out) return Outcome::error;
  const auto& codes = hook.config->success_codes;
  const bool is_success = std::find(codes.begin(), codes.end(), event.code) != codes.end();
  return is_success ? Outcome::success : Outcome::failure;
}

/// True if a built-in ended with the exit code of a failed verification, or a program could not be
/// verified. If a program itself ends with that code, it means nothing special.
bool has_failed_a_proof(const Hook& hook, const ChildGone& event) noexcept {
  if (event.failure) return event.failure->is_unproven();
  return !hook.is_main() && std::holds_alternative<config::Builtin>(hook.config->action) &&
         !hook.run.timed_out && event.code == static_cast<int>(ExitCode::unproven);
}

}  // namespace

void Attempts::begin(Hook& hook, Time now) noexcept {
  hook.files = {};
  hook.run.attempt = 0;
  hook.run.is_replaced = false;
  attempt(hook, now);
}

void Attempts::attempt(Hook& hook, Time now) noexcept {
  Run& run = hook.run;
  run.state = Run::State::starting;
  run.retry_at.reset();
  if (run.asks != Asks::only) run.runs += 1;
  run.attempt += 1;
  run.began = now;
  run.timed_out = false;
  queue_.push(Spawn{&hook, run.asks, run.ticket});
}

void Attempts::started(Hook& hook, pid_t pid, Time now) noexcept {
  hook.run.state = Run::State::running;
  hook.run.pid = pid;
  if (hook.is_main()) return;
  if (hook.component != nullptr) hook.component->started(hook);
  auto timeout = hook.config->timeout;
  if (!timeout && hook.is(Kind::check)) timeout = 1s;
  if (timeout) hook.run.deadline = now + *timeout;
  const auto* step = hook.config->if_is<config::StepPolicy>();
  if (!timeout && step != nullptr && !step->during) hook.run.remark = now + kSlowStep;
}

void Attempts::not_started(Hook& hook, Time now) noexcept {
  hook.run.note_end(static_cast<int>(ExitCode::cannot_fork), Duration(0));
  hook.run.is_unproven = false;
  decide(hook, Outcome::error, now);
}

void Attempts::ended(Hook& hook, const ChildGone& event, Time now) noexcept {
  hook.run.note_end(event.code, since(hook.run.began, now));
  hook.run.is_unproven = has_failed_a_proof(hook, event);
  // A retry does not check it again: the attempt may have changed the answer.
  if (event.condition_holds && hook.run.asks == Asks::first) hook.run.asks = Asks::no;
  if (hook.is_main()) return;
  const Outcome outcome = outcome_of(hook, event);
  const bool has_more =
      !hook.config->for_each.empty() && outcome == Outcome::success && !event.was_last;
  if (has_more) return next_file(hook, News::file_done, now);
  decide(hook, outcome, now);
}

/// The present file is over: the next one has its own attempts.
void Attempts::next_file(Hook& hook, News news, Time now) noexcept {
  hook.files.last = hook.files.present;
  hook.files.count += 1;
  if (lifecycle_.lets_run(hook)) queue_.tell(news, hook, hook.run.last_code);
  if (!lifecycle_.lets_begin(hook, budget_, now)) return conclude(hook, Outcome::error, now);
  hook.run.attempt = 0;
  attempt(hook, now);
}

void Attempts::decide(Hook& hook, Outcome outcome, Time now) noexcept {
  if (has_failed(outcome)) hook.run.failures += 1;
  const bool is_wanted = !hook.run.is_replaced && lifecycle_.lets_begin(hook, budget_, now);
  const bool continues = has_failed(outcome) && is_wanted && !hook.is(Kind::check);
  if (!continues) return conclude(hook, outcome, now);
  if (retry(hook, now)) return;
  if (hook.fallback == nullptr) return conclude(hook, outcome, now);
  queue_.tell(News::hook_falls_back, hook, hook.run.last_code);
  hook.fallback->run.ticket = hook.run.ticket;
  begin(*hook.fallback, now);
}

bool Attempts::retry(Hook& hook, Time now) noexcept {
  Run& run = hook.run;
  if (run.attempt > hook.config->retries) return false;
  const Duration wait = hooks::wait_after(hook.config->backoff, run.attempt, chance());
  run.retry_at = now + wait;
  Tell news{News::hook_retried, &hook, run.last_code, run.last_time, run.timed_out};
  news.wait = wait;
  queue_.push(news);
  return true;
}

/// Failures of hooks between the last one and the root have been logged already; a check has its
/// own news for its repair.
void Attempts::conclude(Hook& last, Outcome outcome, Time now) noexcept {
  Hook& root = last.root();
  const Ended ended{root, last, outcome};
  const bool is_wanted = !last.run.is_replaced && lifecycle_.lets_run(last);
  if (ended.fell_back() && has_failed(outcome) && is_wanted && !root.is(Kind::check)) {
    queue_.tell(News::fallback_failed, last, last.run.last_code);
  }
  if (is_wanted && !root.config->for_each.empty() && conclude_file(ended, now)) return;
  root.run.is_replaced = last.run.is_replaced;
  root.component->concluded(ended, now);
}

/// A fallback stands for the file that failed, and `"onFailure": "continue"` lets the other files
/// have their turn. Returns false if the hook is over. A failure before a file was chosen ends it:
/// it would be the same again.
bool Attempts::conclude_file(const Ended& ended, Time now) noexcept {
  Files& files = ended.hook.files;
  const bool is_chosen = files.present != files.last;
  if (has_failed(ended.outcome)) {
    const bool continues = ended.hook.config->on_failure == config::OnFailure::proceed;
    if (!continues || !is_chosen) return false;
    files.failed += 1;
    next_file(ended.hook, News::file_failed, now);
    return true;
  }
  if (!ended.fell_back() || !is_chosen) return false;
  next_file(ended.hook, News::file_fell_back, now);
  return true;
}

void Attempts::terminate(Hook& hook, Time now) noexcept {
  // A probe needs no time for a clean end, and must not run longer than its timeout.
  if (hook.is(Kind::check)) return kill(hook, now);
  queue_.push(Kill{&hook, -hook.run.pid, SIGTERM});
  queue_.push(Kill{&hook, -hook.run.pid, SIGCONT});
  hook.run.state = Run::State::ending;
  hook.run.deadline = budget_.limited(now + kKillDelay);
}

void Attempts::kill(Hook& hook, Time now) noexcept {
  queue_.push(Kill{&hook, hook.signals_group ? -hook.run.pid : hook.run.pid, SIGKILL});
  hook.run.state = Run::State::killed;
  hook.run.deadline = now + kAfterKill;
}

/// True if a hook that has survived SIGKILL need not be waited for. While it may run it is waited
/// for: a second one at the same time would be wrong.
bool Attempts::may_be_lost(const Hook& hook) const noexcept {
  return hook.run.state == Run::State::killed && !lifecycle_.lets_run(hook);
}

/// Does not wait for the hook any longer.
bool Attempts::lose(Hook& hook, Time now) noexcept {
  if (!may_be_lost(hook)) return false;
  queue_.push(Tell{.news = News::outlives_kill, .hook = &hook});
  ended(hook, {hook.run.pid, 128 + SIGKILL, SIGKILL}, now);
  return true;
}

void Attempts::give_up(Hook& hook, Time now) noexcept {
  if (hook.run.is_active()) return terminate(hook, now);
  hook.run.retry_at.reset();
  conclude(hook, Outcome::error, now);
}

void Attempts::limit_to_total() noexcept {
  for (Hook& hook : hooks_) {
    if (hook.run.state == Run::State::ending)
      hook.run.deadline = budget_.limited(*hook.run.deadline);
  }
}

bool Attempts::enforce(Time now) noexcept {
  if (enforce(hooks_.main(), now)) return true;
  return std::any_of(hooks_.begin(), hooks_.end(), [&](Hook& hook) { return enforce(hook, now); });
}

bool Attempts::enforce(Hook& hook, Time now) noexcept {
  Run& run = hook.run;
  if (!run.is_active()) return false;
  if (run.remark && now >= *run.remark) {
    queue_.push(Tell{.news = News::step_slow, .hook = &hook, .time = since(run.began, now)});
    run.remark = now + kSlowStep;  // one warning, even if the machine was suspended for long
    return true;
  }
  if (!run.deadline || now < *run.deadline) return false;
  if (run.state == Run::State::killed) return lose(hook, now);
  if (run.state == Run::State::ending) {
    if (hook.is_main()) queue_.push(Tell{.news = News::grace_over});
    kill(hook, now);
    return true;
  }
  run.timed_out = true;
  queue_.push(Tell{.news = News::hook_timed_out, .hook = &hook, .time = since(run.began, now)});
  terminate(hook, now);
  return true;
}

bool Attempts::try_again(Time now) noexcept {
  const auto due = std::find_if(hooks_.begin(), hooks_.end(), [&](const Hook& hook) {
    return hook.run.retry_at && now >= *hook.run.retry_at;
  });
  if (due == hooks_.end()) return false;
  attempt(*due, now);
  return true;
}

std::optional<Time> Attempts::deadline() const noexcept {
  std::optional<Time> first;
  const auto add = [&](const Hook& hook) {
    const Run& run = hook.run;
    first = earliest(first, run.retry_at);
    if (run.state == Run::State::killed && !may_be_lost(hook)) return;
    if (run.is_active()) first = earliest(earliest(first, run.deadline), run.remark);
  };
  add(hooks_.main());
  for (const Hook& hook : hooks_) add(hook);
  return first;
}

bool Attempts::any_active() const noexcept {
  return std::any_of(hooks_.begin(), hooks_.end(),
                     [](const Hook& hook) { return hook.run.is_active(); });
}

/// A random number from 0 to 1, by xorshift64: good enough to spread retries.
double Attempts::chance() noexcept {
  random_ ^= random_ << 13U;
  random_ ^= random_ >> 7U;
  random_ ^= random_ << 17U;
  return static_cast<double>(random_ >> 11U) / static_cast<double>(std::uint64_t{1} << 53U);
}

}  // namespace pintle::init
