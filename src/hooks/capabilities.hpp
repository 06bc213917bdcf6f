// hooks/capabilities.hpp - checks the names of the capabilities that main and hooks keep. Pure.
#pragma once

#include "config/diagnostics.hpp"
#include "config/model.hpp"

namespace pintle::hooks {

/// Adds each name that is no capability, capabilities(7), to `problems`.
void check_capabilities(const config::Model& model, config::Problems& problems);

}  // namespace pintle::hooks
