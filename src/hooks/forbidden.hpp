// hooks/forbidden.hpp - what a prebuilt image does not run: shells, package managers, and scripts
// that a shell reads (design section 3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/model.hpp"

namespace pintle::hooks {

/// "a shell" or "a package manager"; "" for any other name. `name` may be a path. Pure.
std::string_view kind_of_forbidden(std::string_view name) noexcept;

/// The program that a "#!" line starts, env(1) and its options looked through: "#!/usr/bin/env -S
/// A=1 bash -e" is "bash". "" if `line` is no such line. Pure.
std::string interpreter_of(std::string_view line);

/// The line for what prebuilt refuses: `who` it is and why.
std::string refusal(std::string_view who, std::string_view why);

/// What a prebuilt image would refuse of `model` whatever its files are: a line for each hook that
/// is written as a shell, a package manager or a line for a shell. Pure.
std::vector<std::string> refused_as_written(const config::Model& model);

/// Why `argv` must not run, in words; "" if it may. `candidates` are the paths that execve(2) would
/// try: the first that exists is looked at by its name, by what it links to, and by its "#!" line.
std::string why_forbidden(const std::vector<std::string>& argv,
                          const std::vector<std::string>& candidates);

}  // namespace pintle::hooks
