// config/parse_action.hpp - reads the use of a built-in by the rows of its parameters.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

/// Reads the use of `action`: its parameters are the members of `node`, or `node` is a string, the
/// short form.
Builtin read_builtin(Reader& reader, const Node& node, const ActionSpec& action);

}  // namespace pintle::config
