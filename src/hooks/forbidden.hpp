// hooks/forbidden.hpp - programs that a prebuilt image does not run: shells, package managers, and
// scripts for a shell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/model.hpp"

namespace pintle::hooks {

/// "a shell" or "a package manager"; "" for any other name. `name` may be a path. Pure.
std::string_view kind_of_forbidden(std::string_view name) noexcept;

/// The program that a "#!" line starts. If that is env(1), the program that env starts: "bash" for
/// "#!/usr/bin/env -S A=1 bash -e". "" if `line` is not a "#!" line. Pure.
std::string interpreter_of(std::string_view line);

/// The message that IMAGE_MODE=prebuilt refuses `who`, with the reason.
std::string refusal(std::string_view who, std::string_view why);

/// The messages for the hooks of `model` that a prebuilt image refuses, whatever files it has:
/// those whose command is a shell, a package manager or a line for a shell. Pure.
std::vector<std::string> refused_as_written(const config::Model& model);

/// Why `argv` must not run; "" if it may. `candidates` are the paths that execve(2) would try. Of
/// the first that exists, the name, the target of a link, and the "#!" line are checked.
std::string why_forbidden(const std::vector<std::string>& argv,
                          const std::vector<std::string>& candidates);

}  // namespace pintle::hooks
