#include "init/reaper.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/log.hpp"

namespace pintle::init {
namespace {

/// Signals and clients come in between, however fast orphans die, and however many live children
/// the kernel passes over to find a dead one.
constexpr int kDeadATurn = 32;

}  // namespace

void Reaper::reap(const std::function<void()>& act) {
  if (std::exchange(is_unfinished_, false)) {
    look_at(supervisor_.hooks().main(), act);
    for (const Hook& hook : supervisor_.hooks()) look_at(hook, act);
  }
  for (int i = 0; i < kDeadATurn; ++i) {
    const auto dead = sys::look_for_dead();
    if (!dead) return log::error(dead.error().message());
    if (!dead->one) return supervisor_.note(AllReaped{dead->has_children}, BootClock::now());
    bury(*dead->one, act);
  }
  is_unfinished_ = true;
  // There are some, whatever the next look shows: a stop goes on while orphans die without end.
  supervisor_.note(AllReaped{true}, BootClock::now());
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
  if (supervisor_.kills_group_of(dead.pid)) effects_.kill_group(dead.pid);
  const bool is_ours = listener_.buried(dead.pid, dead.code, BootClock::now()) ||
                       (hook == nullptr && effects_.was_helper(dead.pid));
  if (!is_ours) note_end(dead, hook);
  (void)sys::collect(dead.pid);
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

}  // namespace pintle::init
