// init/loop.hpp - PID 1's only blocking call: turns kernel news into events, actions into system
// calls.
#pragma once

#include <string>

#include "base/fd.hpp"
#include "config/model.hpp"
#include "hooks/plan.hpp"
#include "init/recipes.hpp"
#include "init/supervisor.hpp"
#include "sys/local_socket.hpp"

namespace pintle::init {

struct LoopSetup {
  const config::Model& model;
  const hooks::Plan& plan;
  const Recipes& recipes;
  Rules rules;
  const Fd& signals;
  std::string mount_namespace;  ///< for the control socket
  bool warn_on_reap = false;    ///< -w
  Fd health_port{};             ///< listening, for `listen.health`
  sys::NamedSocket notify{};    ///< main's NOTIFY_SOCKET, if it has one
  std::string outer_notify{};   ///< the container's own NOTIFY_SOCKET
  sys::Unlocked unlocked{};     ///< of those who step down
};

struct End {
  int code;
  std::string reason;  ///< why pintle chose the code; empty: it is main's
};

/// Runs until the supervisor quits. Never throws: a handler that does is logged and the loop goes
/// on, because the death of PID 1 kills the container.
End run(LoopSetup setup) noexcept;

}  // namespace pintle::init
