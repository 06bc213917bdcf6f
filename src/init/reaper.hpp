// init/reaper.hpp - notes the ends of children and collects them, a limited number in each turn.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "init/effects.hpp"
#include "init/listener.hpp"
#include "init/supervisor.hpp"
#include "sys/reap.hpp"

namespace pintle::init {

class Reaper {
 public:
  /// `names_orphans`, -w: log a line for each orphan.
  Reaper(Supervisor& supervisor, Effects& effects, Listener& listener, bool names_orphans)
      : supervisor_(supervisor),
        effects_(effects),
        listener_(listener),
        names_orphans_(names_orphans) {
    held_.reserve(kMostHeld);  // so that hold() does not allocate
  }

  /// Collects dead children, and calls `act` after each, so that the supervisor's actions are
  /// performed. The number is limited, because orphans may die as fast as they are collected. If
  /// the limit was reached, the next call looks at main and the hooks first.
  void reap(const std::function<void()>& act);

  /// True if there may be more dead children: the next turn must not wait.
  bool is_unfinished() const noexcept { return is_unfinished_; }

  /// When reap() must be called even without SIGCHLD; nullopt: never.
  std::optional<Time> due() const noexcept;

 private:
  /// A dead child that is noted but not collected: it could not be collected, or a late helper may
  /// still signal this pid, so no other process must get it.
  struct Held {
    pid_t pid;
    pid_t helper;  ///< 0: none
    Time until;
    bool was_killed = false;  ///< the helper was killed
  };
  static constexpr std::size_t kMostHeld = 16;

  void look_at_ours(const std::function<void()>& act);
  void look_at(const Hook& hook, const std::function<void()>& act);
  void handle_death(const sys::Exit& dead, const std::function<void()>& act);
  void note_end(const sys::Exit& dead, Hook* hook) noexcept;
  void end_group(pid_t leader) noexcept;
  bool may_have_others(pid_t leader) const noexcept;
  bool is_known(pid_t pid) const noexcept;
  bool has_ended(pid_t helper) const noexcept;
  bool hold(pid_t dead) noexcept;
  void collect(pid_t dead);
  bool is_held(pid_t pid) const noexcept;
  void release(Time now) noexcept;
  void look_again_later(const Error& error);

  Supervisor& supervisor_;
  Effects& effects_;
  Listener& listener_;
  bool names_orphans_;
  std::vector<Held> held_{};
  bool is_unfinished_ = false;
  std::optional<Time> again_{};  ///< when to try again after an error
};

}  // namespace pintle::init
