// init/status.hpp - the status that PID 1 sends to its clients, from the supervisor's hooks and
// their messages.
#pragma once

#include "control/status.hpp"
#include "init/supervisor.hpp"

namespace pintle::init {

/// The status of all hooks and of main, without the members about sockets, which the loop adds.
control::Status status_of(const Supervisor& supervisor);

}  // namespace pintle::init
