// hooks/env_file.hpp - variables as the file that `fileKeyRef` of Kubernetes reads (KEP-3721).
// Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pintle::hooks {

/// `text` has a variable on each line, NAME=VALUE, where the value may stand in single quotes.
/// Returns the same with every value in single quotes. Empty lines, and lines that begin with "#",
/// are left out. Errors: a line that is no variable; a name that Kubernetes does not take; a value
/// with a single quote, which the format cannot hold, or with a control character.
Result<std::string> env_file(std::string_view text);

}  // namespace pintle::hooks
