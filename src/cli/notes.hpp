// cli/notes.hpp - the notes of `check` and `plan`: about what is valid in a config but probably not
// intended.
#pragma once

#include <string>
#include <vector>

#include "cli/config_file.hpp"

namespace pintle::cli {

/// Notes on names that are used but not declared, on secrets that others can read in
/// /proc/PID/cmdline, on variables in places where nothing is expanded, on what may differ in
/// another container, and those from loading. One line for each, always in the same order. No
/// values are needed.
std::vector<std::string> notes_on(const Loaded& loaded);

/// What a start refuses whatever files and values there are: programs that a prebuilt image must
/// not run, and programs without `verify` where `trust.require` demands it. One line for each.
std::vector<std::string> refused_in(const Loaded& loaded);

/// A note if TZ differs from the zone of schedules that set none; "" if it does not. `container` is
/// its environment, which is known only at a start.
std::string note_on_zone(const config::Model& model, const config::Environ& container);

}  // namespace pintle::cli
