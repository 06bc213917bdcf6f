// hooks/apart.hpp - a hook that runs in pintle-fetch, the second program. The hook's child stays
// its parent and sends it the request only when other processes of the same user cannot trace it
// any more.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "sys/reap.hpp"
#include "sys/spawn.hpp"

namespace pintle::hooks {

/// Runs `program` with a socket as its standard input. When the program has written config::kReady
/// to the socket, sends it `request` and closes that direction. The program sends its result line
/// over the pipe that it inherits, which becomes `report`. All signals are blocked in the caller
/// from then on. Errors: those of sys::spawn(), socketpair(2).
Result<sys::Exit> ask_apart(sys::Child program, std::string_view request, sys::Report& report);

/// The same for a hook that does nothing else. Returns the program's exit code, or kills this
/// process with the signal that killed it; returns 1 if it could not be run, with the reason in
/// `report`.
int run_apart(sys::Child program, std::string_view request, sys::Report& report);

}  // namespace pintle::hooks
