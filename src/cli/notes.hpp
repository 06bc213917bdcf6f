// cli/notes.hpp - what is no mistake in a config, and yet worth a line of `check` and `plan`.
#pragma once

#include <string>
#include <vector>

#include "config/model.hpp"

namespace pintle::cli {

/// Names that are used and declared nowhere, and secrets that others can read in /proc/PID/cmdline.
/// A line each, always in the same order; no values are needed.
std::vector<std::string> notes_on(const config::Model& model);

}  // namespace pintle::cli
