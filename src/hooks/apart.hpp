// hooks/apart.hpp - a hook that our own second program does: the hook's child stays beside it, and
// hands it the request when nobody of its user can look on any more.
#pragma once

#include <string_view>

#include "sys/spawn.hpp"

namespace pintle::hooks {

/// Runs `program`, whose standard input is a socket. When it has written config::kReady to that, it
/// is sent `request`, and the end of it. It says its own line over the pipe that it inherits.
/// Returns its exit code, or ends as it did by a signal; 1 if it could not be run, and why is in
/// `report`.
int run_apart(sys::Child program, std::string_view request, sys::Report& report);

}  // namespace pintle::hooks
