// cli/notes_patterns.hpp - notes on characters without their usual meaning: `$` in a regular
// expression and in a line for the shell, `*` in a path.
#pragma once

#include <string>
#include <vector>

#include "config/model.hpp"

namespace pintle::cli {

/// Notes on each `$NAME` that pintle does not expand, and on paths that look like patterns where
/// none is allowed. One line for each.
std::vector<std::string> notes_on_patterns(const config::Model& model);

}  // namespace pintle::cli
