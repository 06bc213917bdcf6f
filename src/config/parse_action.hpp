// config/parse_action.hpp - reads the use of a built-in by the rows of its parameters.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

/// The use of `action`, whose parameters are the members of `node`, or the text that its shorthand
/// takes.
Builtin read_builtin(Reader& reader, const Node& node, const ActionSpec& action);

}  // namespace pintle::config
