// cli/notes.hpp - what is no mistake in a config, and yet worth a line of `check` and `plan`.
#pragma once

#include <string>
#include <vector>

#include "cli/config_file.hpp"

namespace pintle::cli {

/// Names that are used and declared nowhere, secrets that others can read in /proc/PID/cmdline,
/// variables where none is expanded, what will surprise in another container than the one it was
/// tried in, and what was noted when it was loaded. A line each, always in the same order; no
/// values are needed.
std::vector<std::string> notes_on(const Loaded& loaded);

/// That TZ says something else than the schedules without a time zone; "" if it does not.
/// `container` is the environment, which only a start knows.
std::string note_on_zone(const config::Model& model, const config::Environ& container);

}  // namespace pintle::cli
