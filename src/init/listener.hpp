// init/listener.hpp - holds the port of `listen.health`, and keeps a child running that serves it.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "init/recipes.hpp"

namespace pintle::init {

class Listener {
 public:
  /// `port` is the listening socket; if it is empty, no child is started.
  Listener(const Recipes& recipes, const Fd& port, const std::string& mount_namespace)
      : recipes_(recipes), port_(port), mount_namespace_(mount_namespace) {}

  /// Starts the child if it is due.
  void start_if_due(Time now);

  /// True if `pid` is the child.
  bool is(pid_t pid) const noexcept { return pid_ != 0 && pid == pid_; }

  /// True if `pid` was the child. It is started again 1 s later.
  bool handle_exit(pid_t pid, int code, Time now) noexcept;

  /// When start_if_due() must be called; nullopt: never.
  std::optional<Time> due() const noexcept { return due_; }

  /// Starts no child any more: the container is stopping.
  void end() noexcept {
    due_.reset();
    is_ending_ = true;
  }

 private:
  const Recipes& recipes_;
  const Fd& port_;
  const std::string& mount_namespace_;
  std::optional<Time> due_{};
  std::optional<int> exit_code_{};  ///< of the child that ended, until it is logged
  pid_t pid_ = 0;
  bool was_started_ = false;
  bool is_ending_ = false;
};

}  // namespace pintle::init
