// control/health_server.hpp - the child that answers for `listen.health`. It is one more client of
// the control socket; PID 1 only holds the port.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/fd.hpp"

namespace pintle::control {

/// Serves who connects to `listener`, until `parent`, which is pintle, ends. A client has two
/// seconds in all and 8 KiB; of more than sixty-four the one that came first is dropped. Returns
/// when poll(2) fails.
int serve_health(const Fd& listener, const std::string& mount_namespace, pid_t parent);

}  // namespace pintle::control
