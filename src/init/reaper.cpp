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

/// The largest number of dead children in one turn: signals and clients must be served in between,
/// even if orphans die fast, or if the kernel has to search many children for a dead one.
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
    if (is_held(dead->one->pid)) {  // while it is held, the kernel reports no other dead child
      look_at_ours(act);
      return supervisor_.note(AllReaped{true}, BootClock::now());
    }
    handle_death(*dead->one, act);
  }
  is_unfinished_ = true;
  // There are children: the shutdown must make progress even if orphans never stop dying.
  supervisor_.note(AllReaped{true}, BootClock::now());
}

/// Tries again after a while: SIGCHLD has been read and may not come again.
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
  if (dead && dead->one) handle_death(*dead->one, act);
}

/// Notes the child's end while it is still a zombie, and then collects it: after that the kernel
/// does not report it again.
void Reaper::handle_death(const sys::Exit& dead, const std::function<void()>& act) {
  Hook* const hook = supervisor_.hooks().find(dead.pid);
  if (supervisor_.kills_group_of(dead.pid)) end_group(dead.pid);
  const bool is_ours = listener_.handle_exit(dead.pid, dead.code, BootClock::now()) ||
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
    const auto last = effects_.read_child_report(*hook, dead);
    event.failure = last.failure;
    event.was_skipped = last.was_skipped;
    event.was_last = last.was_last;
    event.condition_holds = last.condition_holds;
  }
  supervisor_.note(event, BootClock::now());
}

/// Without CAP_KILL, the kernel checks permission for the zombie only, and its result says nothing
/// about other processes in the group. So the group is first searched for others, since otherwise
/// each end of a check would need a fork.
void Reaper::end_group(pid_t leader) noexcept {
  effects_.signaller().kill_group(leader);
  if (sys::can_signal_as() && may_have_others(leader))
    effects_.signaller().kill_group_by_child(leader);
}

/// False if all children of PID 1 are known. Other processes in the group of a dead leader have
/// become children of PID 1, or descend from such a child.
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

/// True if `helper` has been collected, so that its pid may belong to another process now.
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

/// Holds a child that cannot be collected now, so that it is not noted again as an orphan.
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

/// Kills a helper that takes too long. If it survives even SIGKILL, because it is stuck in the
/// kernel, PID 1 does not wait for it any longer.
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
