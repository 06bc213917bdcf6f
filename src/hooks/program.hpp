// hooks/program.hpp - a program that the child of a hook runs and waits for, in its own process
// group, because something is to be done with what it writes.
#pragma once

#include "sys/reap.hpp"
#include "sys/spawn.hpp"

namespace pintle::hooks {

/// Starts `program`. From here on no signal ends the caller but SIGKILL: what ends the hook is
/// meant for the program, whose end is to be seen. Errors: those of sys::spawn().
Result<sys::Spawned> start_program(sys::Child program);

/// Takes over why it could not start, if it could not.
void take_report(const sys::Spawned& spawned, sys::Report& report);

/// Returns its exit code, or ends by the signal that killed it, so that whoever waits for the
/// caller sees how the program ended.
int end_like(const sys::Exit& exit);

}  // namespace pintle::hooks
