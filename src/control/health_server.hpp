// control/health_server.hpp - the child that serves `listen.health`. It is a client of the control
// socket; PID 1 only holds the port.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/fd.hpp"

namespace pintle::control {

/// Serves the clients of `listener` until `parent`, which is pintle, ends. A client has 2 s in
/// total and may send 8 KiB; if there are more than 64, the oldest is dropped. Returns if poll(2)
/// fails.
int serve_health(const Fd& listener, const std::string& mount_namespace, pid_t parent);

}  // namespace pintle::control
