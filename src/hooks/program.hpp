// hooks/program.hpp - a program that the child of a hook runs in its own process group and waits
// for, because pintle processes the program's output.
#pragma once

#include "sys/reap.hpp"
#include "sys/spawn.hpp"

namespace pintle::hooks {

/// Starts `program` and blocks all signals in the caller: a signal to stop the hook is for the
/// program, and the caller must see how the program ends. Errors: those of sys::spawn().
Result<sys::Spawned> start_program(sys::Child program);

/// Copies the program's own report to `report`, if there is one.
void take_report(const sys::Spawned& spawned, sys::Report& report);

/// Returns the program's exit code, or kills this process with the signal that killed the program,
/// so that the caller's parent sees how the program ended.
int end_like(const sys::Exit& exit);

}  // namespace pintle::hooks
