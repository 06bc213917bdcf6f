// hooks/output_copy.hpp - shows what a job writes to who asked for it, beside where it goes anyway.
#pragma once

#include "base/fd.hpp"
#include "sys/spawn.hpp"

namespace pintle::hooks {

/// The first byte of each packet that a viewer gets: what follows was written to which of the two,
/// or that was all.
inline constexpr char kShownOutput = '1';
inline constexpr char kShownErrors = '2';
inline constexpr char kShownAll = '.';

/// Runs `program` in the process group of the caller, a hook's child, and waits for it. What it
/// writes goes to the caller's own standard output and error, and a copy to `viewer`, a socket that
/// keeps packets apart. A viewer that is gone gets no more, one that does not read for five seconds
/// finds the end of the connection behind what it has been sent.
/// Returns the program's exit code, or 1 with the reason in `report`; ends by the signal that
/// killed it.
int run_and_show(sys::Child program, Fd viewer, sys::Report& report);

}  // namespace pintle::hooks
