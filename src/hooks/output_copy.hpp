// hooks/output_copy.hpp - copies the output of a job that `pintle job` has started to that client.
#pragma once

#include "base/fd.hpp"
#include "sys/spawn.hpp"

namespace pintle::hooks {

/// The first byte of each packet to a viewer: the rest was written to standard output, or to
/// standard error, or there is no more output.
inline constexpr char kShownOutput = '1';
inline constexpr char kShownErrors = '2';
inline constexpr char kShownAll = '.';

/// Runs `program` in the process group of the caller, a hook's child, and waits for it. Its output
/// goes to the caller's own standard output and error, and a copy to `viewer`, a packet socket. If
/// the viewer does not read for 5 s, the connection to it is closed. Returns the program's exit
/// code, or 1 with the reason in `report`; kills this process with the signal that killed the
/// program.
int run_and_show(sys::Child program, Fd viewer, sys::Report& report);

}  // namespace pintle::hooks
