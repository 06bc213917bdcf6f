// init/status.hpp - how everything is, as PID 1 tells it: the supervisor's hooks with their words.
#pragma once

#include "control/status.hpp"
#include "init/supervisor.hpp"

namespace pintle::init {

/// The status of all hooks and of main. What the sockets know of themselves is not in it.
control::Status status_of(const Supervisor& supervisor);

}  // namespace pintle::init
