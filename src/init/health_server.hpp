// init/health_server.hpp - the child that answers for `listen.health`. It is one more client of the
// control socket; PID 1 only holds the port.
#pragma once

#include <string>

#include "base/fd.hpp"

namespace pintle::init {

/// Serves who connects to `listener`, until PID 1 ends. A client has two seconds in all and 8 KiB;
/// of more than sixty-four the one that came first is dropped. Returns only when poll(2) fails.
int serve_health(const Fd& listener, const std::string& mount_namespace);

}  // namespace pintle::init
