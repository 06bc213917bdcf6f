// cli/notes_names.hpp - notes on variables: which must be set, which others see, which nothing
// reads.
#pragma once

#include <string>
#include <vector>

#include "cli/config_file.hpp"

namespace pintle::cli {

/// Variables: those that are declared nowhere and that a text needs, whatever its condition says
/// and in this image mode; secrets that become arguments; those that nothing reads. A line each.
std::vector<std::string> notes_on_names(const Loaded& loaded);

}  // namespace pintle::cli
