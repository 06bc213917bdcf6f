#include "init/reaper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "base/log.hpp"
#include "init/back_off.hpp"
#include "sys/process.hpp"
#include "sys/signal_as.hpp"

namespace pintle::init {
namespace {

/// Signals and clients come in between, however fast orphans die, and however many live children
/// the kernel passes over to find a dead one.
constexpr int kDeadATurn = 32;

}  // namespace

void Reaper::reap(const std::function<void()>& act) {
  release(BootClock::now());
  again_.reset();
  if (std::exchange(is_unfinished_, false)) look_at_ours(act);
  for (int i = 0; i < kDeadATurn; ++i) {
    const auto dead = sys::look_for_dead();
    if (!dead) return look_again_later(dead.error());
    if (!dead->one) return supervisor_.note(AllReaped{dead->has_children}, BootClock::now());
    if (is_held(dead->one->pid)) {  // as long as it is, the kernel shows no other
      look_at_ours(act);
      return supervisor_.note(AllReaped{true}, BootClock::now());
    }
    bury(*dead->one, act);
  }
  is_unfinished_ = true;
  // There are some, whatever the next look shows: a stop goes on while orphans die without end.
  supervisor_.note(AllReaped{true}, BootClock::now());
}

/// The signal that told of a death has been read, and may be the last one.
void Reaper::look_again_later(const Error& error) {
  again_ = BootClock::now() + kBackOff;
  log::error(error.message());
}

void Reaper::look_at_ours(const std::function<void()>& act) {
  look_at(supervisor_.hooks().main(), act);
  for (const Hook& hook : supervisor_.hooks()) look_at(hook, act);
}

void Reaper::look_at(const Hook& hook, const std::function<void()>& act) {
  const Run& run = hook.run;
  if (!run.is_active() || run.pid == 0) return;
  const auto dead = sys::look_at(run.pid);
  if (dead && dead->one) bury(*dead->one, act);
}

/// The kernel tells of a death once, so it is noted while the child is still a zombie.
void Reaper::bury(const sys::Exit& dead, const std::function<void()>& act) {
  Hook* const hook = supervisor_.hooks().find(dead.pid);
  if (supervisor_.kills_group_of(dead.pid)) end_group(dead.pid);
  const bool is_ours = listener_.buried(dead.pid, dead.code, BootClock::now()) ||
                       (hook == nullptr && effects_.signaller().helpers().forget(dead.pid));
  if (!is_ours) note_end(dead, hook);
  if (!hold(dead.pid)) collect(dead.pid);
  act();
  if (!is_ours && hook == nullptr && names_orphans_) {
    log::warning(fmt::format("reaped orphan {} with exit code {}", dead.pid, dead.code));
  }
}

void Reaper::note_end(const sys::Exit& dead, Hook* hook) noexcept {
  ChildGone event{dead.pid, dead.code, dead.signal};
  if (hook != nullptr) {
    const auto last = effects_.last_words(*hook, dead);
    event.failure = last.failure;
    event.was_skipped = last.was_skipped;
  }
  supervisor_.note(event, BootClock::now());
}

/// Without CAP_KILL the zombie decides what the kernel says: nothing is known of others then, and
/// each end of a check would take a fork.
void Reaper::end_group(pid_t leader) noexcept {
  effects_.signaller().kill_group(leader);
  if (sys::can_signal_as() && may_have_others(leader))
    effects_.signaller().kill_group_by_child(leader);
}

/// What is left of the group of a dead leader became a child of ours, or descends from one that
/// did. Where all our children are those that we started, there is nothing.
bool Reaper::may_have_others(pid_t leader) const noexcept {
  const auto children = sys::own_children();
  if (!children) return true;
  bool is_listed = false;
  for (const pid_t child : children->all()) {
    if (!is_known(child)) return true;
    is_listed = is_listed || child == leader;
  }
  return !is_listed;
}

bool Reaper::is_known(pid_t pid) const noexcept {
  return supervisor_.hooks().find(pid) != nullptr || listener_.is(pid) ||
         effects_.signaller().helpers().has(pid) || is_held(pid);
}

/// What is no helper of ours any more has been collected, and its number may be another's.
bool Reaper::has_ended(pid_t helper) const noexcept {
  if (!effects_.signaller().helpers().has(helper)) return true;
  const auto dead = sys::look_at(helper);
  return dead && dead->one;
}

bool Reaper::hold(pid_t dead) noexcept {
  const pid_t helper = effects_.signaller().helpers().late_for(dead);
  if (helper == 0 || has_ended(helper) || held_.size() == kMostHeld) return false;
  held_.push_back({dead, helper, BootClock::now() + kBackOff});
  return true;
}

/// One that cannot be collected now is held, so that it is not noted again, as an orphan.
void Reaper::collect(pid_t dead) {
  const auto collected = sys::collect(dead);
  if (collected) return;
  constexpr pid_t kNoHelper = 0;
  if (held_.size() < kMostHeld) held_.push_back({dead, kNoHelper, BootClock::now() + kBackOff});
  log::error(collected.error().message());
}

bool Reaper::is_held(pid_t pid) const noexcept {
  return std::any_of(held_.begin(), held_.end(), [=](const Held& one) { return one.pid == pid; });
}

/// A helper that is killed begins nothing more. One that even survives that, stuck in the kernel,
/// must not keep us for ever.
void Reaper::release(Time now) noexcept {
  for (std::size_t i = 0; i < held_.size();) {
    Held& one = held_[i];
    const bool is_over = now >= one.until;
    const bool is_free = has_ended(one.helper) || (is_over && one.was_killed);
    if (is_free && sys::collect(one.pid)) {
      held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(i));
      continue;
    }
    if (is_over) {
      if (!is_free) (void)::kill(one.helper, SIGKILL);
      one.was_killed = !is_free;
      one.until = now + kBackOff;
    }
    ++i;
  }
}

std::optional<Time> Reaper::due() const noexcept {
  const auto first = std::min_element(
      held_.begin(), held_.end(), [](const Held& a, const Held& b) { return a.until < b.until; });
  return first == held_.end() ? again_ : earliest(again_, first->until);
}

}  // namespace pintle::init
