// hooks/output_file.hpp - keeps what a hook's program writes as a file: the shell's `>`, but all at
// once and only after a success.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "sys/spawn.hpp"

namespace pintle::hooks {

/// Runs `program` in the process group of the caller, which is a hook's child, and waits for it.
/// Its standard output takes the place of `path` if it ends with one of `success_codes`; the
/// permissions of a file that is replaced stay if it is root's or ours, its special bits never.
/// Returns the program's exit code, or 1 when the file could not be written; ends by the signal
/// that killed the program. The reason is in `report`, as `words` puts it.
int run_into_file(sys::Child program, const std::string& path, std::span<const int> success_codes,
                  const std::function<std::string(const Error&)>& words, sys::Report& report);

}  // namespace pintle::hooks
