// hooks/output_file.hpp - writes the output of a hook's program to a file, like the shell's `>`,
// but atomically and only if the program succeeds.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "sys/spawn.hpp"

namespace pintle::hooks {

/// Where a program's output goes.
struct OutputFile {
  std::string path{};
  bool is_env_file = false;  ///< the output is lines NAME=VALUE, and the file that of env_file()
};

/// Runs `program` in the process group of the caller, which is a hook's child, and waits for it. If
/// its exit code is one of `success_codes`, its standard output replaces the file. The
/// new file keeps the old file's permissions, without its special bits, if root or our user owns
/// that. Returns the program's exit code, or 1 if the file could not be written, with the reason in
/// `report`, formatted by `words`. Kills this process with the signal that killed the program.
int run_into_file(sys::Child program, const OutputFile& target, std::span<const int> success_codes,
                  const std::function<std::string(const Error&)>& words, sys::Report& report);

}  // namespace pintle::hooks
