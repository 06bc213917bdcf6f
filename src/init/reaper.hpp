// init/reaper.hpp - notes the deaths of children and collects them, a bounded number in a turn.
#pragma once

#include <functional>

#include "init/effects.hpp"
#include "init/listener.hpp"
#include "init/supervisor.hpp"
#include "sys/reap.hpp"

namespace pintle::init {

class Reaper {
 public:
  /// `names_orphans`, -w: a line for each.
  Reaper(Supervisor& supervisor, Effects& effects, Listener& listener, bool names_orphans) noexcept
      : supervisor_(supervisor),
        effects_(effects),
        listener_(listener),
        names_orphans_(names_orphans) {}

  /// Takes what is dead, and calls `act` after each, so that the supervisor's actions are carried
  /// out. A bounded number, because orphans may die as fast as they are collected: after a turn
  /// that did not reach the end, main and the hooks come first.
  void reap(const std::function<void()>& act);

  /// True if there may be more: the next turn is not to wait.
  bool is_unfinished() const noexcept { return is_unfinished_; }

 private:
  void look_at(const Hook& hook, const std::function<void()>& act);
  void bury(const sys::Exit& dead, const std::function<void()>& act);
  void note_end(const sys::Exit& dead, Hook* hook) noexcept;

  Supervisor& supervisor_;
  Effects& effects_;
  Listener& listener_;
  bool names_orphans_;
  bool is_unfinished_ = false;
};

}  // namespace pintle::init
