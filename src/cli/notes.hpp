// cli/notes.hpp - what is no mistake in a config, and yet worth a line of `check` and `plan`.
#pragma once

#include <string>
#include <vector>

#include "cli/config_file.hpp"

namespace pintle::cli {

/// Names that are used and declared nowhere, secrets that others can read in /proc/PID/cmdline, and
/// what was noted when it was loaded.
/// A line each, always in the same order; no values are needed.
std::vector<std::string> notes_on(const Loaded& loaded);

}  // namespace pintle::cli
