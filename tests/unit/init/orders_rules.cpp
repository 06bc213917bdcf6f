// What the supervisor must and must never do, looked at after each of its acts and moves.
#include <fmt/format.h>

#include <algorithm>

#include "orders_world.hpp"

namespace orders {
namespace {

/// What nothing survives is not waited for any longer.
constexpr Duration kAfterKill = 2s;
constexpr int kUnhealthy = 81;

bool is_stop(int number) {
  return number == SIGTERM || number == SIGINT;
}

}  // namespace

void World::expect(bool holds, const char* what, Who who) {
  if (holds || !fault_.empty()) return;
  fault_ = who == kOrphan ? what : fmt::format("{}: {}", scene_->name(who), what);
  if (words != nullptr) words->push_back("FAULT: " + fault_);
}

void World::carry_out(const Act& act) {
  using What = Act::What;
  expect(!is_over(), "something is asked for after Quit", act.who);
  switch (act.what) {
    case What::spawn:
      return spawn(act);
    case What::kill:
      return kill(act);
    case What::kill_all:
      return kill_all(act);
    case What::suspend:
    case What::resume:
      return expect(child_of(kMain) != nullptr, "it is continued, and is not there", kMain);
    case What::tell:
      return apply_notification(act);
    case What::answer: {
      const auto ticket = std::find(tickets_.begin(), tickets_.end(), act.number);
      expect(ticket != tickets_.end(), "an answer to nobody", act.who);
      if (ticket != tickets_.end()) tickets_.erase(ticket);
      return;
    }
    case What::quit:
      return quit(act);
  }
}

void World::spawn(const Act& act) {
  look_at_spawn(act);
  if (act.who == kMain) {
    main_was_begun_ = true;
  } else if (auto& began = check_began_[static_cast<std::size_t>(act.who)]; !began) {
    began = now_;
  }
  if (((unforked_ >> std::min(forks_++, 31U)) & 1U) != 0) {
    subject_.not_started(act.who, now_);
  } else {
    children_.push_back({.who = act.who, .pid = ++last_pid_, .asks = act.asks, .is_new = true});
    subject_.started(act.who, last_pid_, now_);
  }
}

void World::look_at_spawn(const Act& act) {
  expect(child_of(act.who) == nullptr, "it is started, and is there already", act.who);
  if (act.who == kMain) {
    expect(!main_was_begun_, "main is started twice");
    expect(!step_failed_, "main is started after a step that failed");
    expect(stop_signals_ == 0, "main is started after a stop signal");
    return;
  }
  const Hook& hook = scene_->hook(act.who);
  std::size_t beside = 0;    // of the same list of steps
  std::size_t in_group = 0;  // runs of the same job
  for (const Child& child : children_) {
    if (child.who < 0) continue;
    const Hook& other = scene_->hook(child.who);
    const bool is_same = other.root == hook.root && hook.part != Part::check;
    expect(!is_same, "it is started beside whom it stands in for", act.who);
    if (other.part == hook.part && other.counts) ++beside;
    if (other.group == hook.group) ++in_group;
  }
  look_at_moment(act.who);
  if (hook.part == Part::check) return;
  const std::size_t most = hook.may_overlap ? pintle::init::kMostRuns : 1;
  if (hook.part == Part::job) return expect(in_group < most, "too many runs of a job", act.who);
  expect(!hook.counts || beside < scene_->setup().parallelism, "more steps at a time than may",
         act.who);
  if (hook.is_final && (step_failed_ || stop_began_)) return;  // however the group has ended
  for (const Who precedent : scene_->hook(hook.root).precedents) {
    expect((concluded_ & bit(precedent)) != 0, "it is started before its precedents", act.who);
  }
  for (const Who begun : scene_->hook(hook.root).begins) {
    const Child* child = child_of(begun);
    const bool is_known = child == nullptr || child->asks != Asks::only;
    expect(is_known, "it is started before a condition that it waits for is known", act.who);
  }
}

/// Whether this is the time at all to start such a hook.
void World::look_at_moment(Who who) {
  const Hook& hook = scene_->hook(who);
  const bool stops = stop_began_.has_value();
  switch (hook.part) {
    case Part::step:
      expect(!main_was_begun_, "a step after the start", who);
      return expect(hook.is_final || (!stops && !step_failed_), "a step after a failure", who);
    case Part::check:
      return expect(!stops && subject_.phase() == Phase::running, "a check beside no main", who);
    case Part::job:
      return expect(!stops || (hook.after_main && !main_ended_), "a job while it stops", who);
    case Part::before:
      return expect(stops && !main_told_ && !main_ended_, "a step before main's stop", who);
    case Part::after:
      expect(kill_all_ == 0, "it is started after what is left was asked to end", who);
      return expect(stops && child_of(kMain) == nullptr, "a step after main's stop", who);
  }
}

void World::kill(const Act& act) {
  Child* child = child_of(act.who);
  expect(child != nullptr, "a signal to whom is not there", act.who);
  if (child == nullptr) return;
  expect(std::abs(act.pid) == child->pid, "a signal to another process", act.who);
  expect((act.pid < 0) == (act.who != kMain), "a signal to a group of a lone process", act.who);
  if (act.number == SIGKILL) {
    expect(!child->is_new, "it is started to be killed at once", act.who);
    child->was_killed = true;
    const bool is_hook = act.who != kMain;
    expect(is_hook || (main_told_ && scene_->setup().grace), "it is killed without grace", kMain);
  }
  if (!is_stop(act.number)) return;
  const bool is_reason_new = !stop_began_ || is_terminated_;  // a check that cannot be forked fails
  expect(!child->is_new || is_reason_new, "it is started to be ended at once", act.who);
  child->was_asked = true;
  if (act.who != kMain) return;
  expect(stop_began_.has_value(), "it is stopped for nothing", kMain);
  if (!main_told_) main_told_ = now_;
}

void World::kill_all(const Act& act) {
  expect(child_of(kMain) == nullptr, "everything is ended, main as well");
  expect(!children_.empty() || reap_is_pending_, "everything is ended, and there is nothing");
  kill_all_ = act.number;
  if (!all_asked_) all_asked_ = now_;
  for (Child& child : children_) {
    expect(!child.is_new, "it is started to be ended at once", child.who);
    child.was_asked = true;
    child.was_killed = child.was_killed || act.number == SIGKILL;
  }
  if (act.number == SIGKILL && !all_killed_) all_killed_ = now_;
}

void World::apply_notification(const Act& act) {
  switch (act.news) {
    case News::step_failed:
    case News::step_ended_early:
      step_failed_ = true;
      break;
    case News::check_terminates:
      is_terminated_ = true;
      if (!stop_began_) stop_began_ = now_;
      break;
    case News::check_changed:
      repaired_ &= ~bit(act.who);
      break;
    case News::repair_done:
    case News::repair_failed:
      repaired_ |= bit(act.who);
      if (child_of(act.who) != nullptr) hurried_ |= bit(act.who);
      break;
    case News::step_done:
    case News::step_skipped:
    case News::step_false:
    case News::step_continued:
    case News::step_fell_back:
    case News::step_ended:
      return conclude(act.who);
    default:
      break;
  }
}

void World::conclude(Who step) {
  const Part part = scene_->hook(step).part;
  if (part == Part::job) return;
  expect((concluded_ & bit(step)) == 0, "a step ends twice", step);
  concluded_ |= bit(step);
}

void World::quit(const Act& act) {
  quit_at_ = now_;
  expect(tickets_.empty(), "somebody who asked for a job has no answer");
  expect(!reap_is_pending_, "the end comes before the dead are collected");
  const bool time_is_over = all_killed_ && now_ >= *all_killed_ + kAfterKill;
  for (const Child& child : children_) {
    expect(child.was_killed && time_is_over, "it is left behind", child.who);
  }
  if (is_terminated_) {
    expect(act.number == kUnhealthy, "not the exit code of an unhealthy main");
  } else if (main_ran_) {
    expect(act.number == main_code_, "not main's exit code");
  } else if (step_failed_) {
    expect(act.number != 0, "a failure ends as a success");
  }
}

// --- after a move ------------------------------------------------------------------------------

void World::look() {
  expect(subject_.phase() >= phase_, "a phase comes again");
  phase_ = subject_.phase();
  expect(is_over() == (phase_ == Phase::exited), "the last phase without Quit, or Quit without it");
  const auto deadline = subject_.deadline();
  if (is_over()) return expect(!deadline, "there is a deadline after Quit");
  expect(!deadline || *deadline > now_, "what is due is not done");
  look_at_children();
  const bool has_own = std::any_of(children_.begin(), children_.end(),
                                   [](const Child& child) { return child.who != kOrphan; });
  const bool pauses = phase_ == Phase::running && scene_->setup().pauses;
  expect(deadline || has_own || pauses || reap_is_pending_, "it waits for nothing");
  look_at_total();
}

void World::look_at_children() {
  for (Who who = kMain; who < scene_->count(); ++who) {
    const Child* child = child_of(who);
    expect(subject_.is_active(who) == (child != nullptr), "alive or not, it is not known", who);
    if (child == nullptr || who == kMain || child->was_asked || child->was_killed) continue;
    const Hook& hook = scene_->hook(who);
    const bool is_past =
        phase_ == Phase::init ? step_failed_ || stop_signals_ > 0 : phase_ == Phase::stopping;
    const bool may_go_on = hook.part == Part::before || hook.part == Part::after || hook.is_final ||
                           (hook.after_main && !main_ended_);
    expect(!is_past || may_go_on, "nobody asks it to end", who);
  }
}

/// When the total grace is over, there is something that has just been sent SIGKILL and will die.
void World::look_at_total() {
  const auto& total = scene_->setup().total;
  if (!total || !scene_->setup().grace || !stop_began_ || now_ < *stop_began_ + *total) return;
  if (!total_over_) total_over_ = now_;
  if (!time_may_pass()) return;
  const auto deadline = subject_.deadline();
  const bool is_stuck_only =
      std::all_of(children_.begin(), children_.end(),
                  [this](const Child& child) { return is_stuck(child) && child.was_killed; });
  expect(is_stuck_only && deadline && *deadline <= *total_over_ + kAfterKill,
         "a stop takes longer than all of its grace");
}

}  // namespace orders
