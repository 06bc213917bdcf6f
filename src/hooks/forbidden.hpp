// hooks/forbidden.hpp - what a prebuilt image does not run: shells, package managers, and scripts
// that a shell reads (design section 3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pintle::hooks {

/// "a shell" or "a package manager"; "" for any other name. `name` may be a path. Pure.
std::string_view kind_of_forbidden(std::string_view name) noexcept;

/// The program that a "#!" line starts, env(1) and its options looked through: "#!/usr/bin/env -S
/// A=1 bash -e" is "bash". "" if `line` is no such line. Pure.
std::string interpreter_of(std::string_view line);

/// Why `argv` must not run, in words; "" if it may. `candidates` are the paths that execve(2) would
/// try: the first that exists is looked at by its name, by what it links to, and by its "#!" line.
std::string why_forbidden(const std::vector<std::string>& argv,
                          const std::vector<std::string>& candidates);

}  // namespace pintle::hooks
