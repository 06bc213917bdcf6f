// cli/notes_names.hpp - notes on variables: which ones the container must set, which secrets others
// can see, and which ones nothing reads.
#pragma once

#include <string>
#include <vector>

#include "cli/config_file.hpp"

namespace pintle::cli {

/// Notes on variables that are not declared and that a string needs, whatever its condition and the
/// image mode; on secrets that become arguments; on variables that nothing reads. One line for
/// each.
std::vector<std::string> notes_on_names(const Loaded& loaded);

}  // namespace pintle::cli
