// init/loop.hpp - the event loop of PID 1, with its only blocking call. It turns what the kernel
// reports into events, and actions into system calls.
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
  Fd health_port{};             ///< the listening socket of `listen.health`
  sys::NamedSocket notify{};    ///< main's NOTIFY_SOCKET, if main has one
  std::string outer_notify{};   ///< the NOTIFY_SOCKET that pintle was given; "": none
  sys::Unlocked unlocked{};     ///< of the children after their step-down
};

struct End {
  int code;
  std::string reason;  ///< why pintle has chosen the exit code; empty: it is main's
};

/// Runs until the supervisor quits. Never throws: an exception in a handler is logged and the loop
/// continues, because the death of PID 1 kills the container.
End run(LoopSetup setup) noexcept;

}  // namespace pintle::init
