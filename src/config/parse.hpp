// config/parse.hpp - the text of a config to the model, with everything that is wrong in it.
#pragma once

#include <string_view>

#include "config/diagnostics.hpp"
#include "config/model.hpp"

namespace pintle::config {

/// Parses and validates `text`. Every problem of the document is added to `problems` (all of them,
/// in the order of the text); with any, the model must not be used. Pure.
Model parse(std::string_view text, Problems& problems);

}  // namespace pintle::config
