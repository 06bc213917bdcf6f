// cli/notes_patterns.hpp - notes on marks that mean nothing where they stand: `$` in a regular
// expression and in a line for the shell, `*` in a path.
#pragma once

#include <string>
#include <vector>

#include "config/model.hpp"

namespace pintle::cli {

/// A `$NAME` where pintle expands nothing, and paths with the marks of a pattern where none is
/// taken. A line each.
std::vector<std::string> notes_on_patterns(const config::Model& model);

}  // namespace pintle::cli
