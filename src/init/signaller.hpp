// init/signaller.hpp - sends signals to a child, to its process group, and to all remaining
// processes; stops and continues main and pintle. Without CAP_KILL, a child sends them
// (sys/signal_as.hpp).
#pragma once

#include <vector>

#include "init/events.hpp"
#include "init/recipes.hpp"
#include "init/signal_helpers.hpp"
#include "sys/signal_as.hpp"

namespace pintle::init {

class Signaller {
 public:
  Signaller(const Recipes& recipes, Hooks& hooks)
      : recipes_(recipes), hooks_(hooks), other_uids_(recipes.other_uids()) {}

  void send(const Kill& action);
  void send(const KillAll& action);
  void stop_with_main(const Suspend& action);
  void resume_main(const Resume& action);

  /// Sends SIGKILL to all processes of a group that pintle may signal; the leader is a dead child.
  void kill_group(pid_t group) noexcept;

  /// The same by a child that takes the uids of the group's processes.
  void kill_group_by_child(pid_t group) noexcept;

  /// The children that send signals for PID 1.
  SignalHelpers& helpers() noexcept { return helpers_; }

 private:
  Result<void> remember(sys::Sent sent, pid_t target) noexcept;
  std::vector<sys::Target> everybody_else() const;

  const Recipes& recipes_;
  Hooks& hooks_;
  std::vector<uid_t> other_uids_;
  SignalHelpers helpers_{};
};

}  // namespace pintle::init
