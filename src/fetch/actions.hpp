// fetch/actions.hpp - the actions of pintle-fetch, by their names in the config.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/request.hpp"

namespace pintle::fetch {

/// Performs the action of `request`; may block. Returns a line that says what was done. Errors: an
/// unknown action; those of the action, is_unverified() among them.
Result<std::string> perform(const config::Request& request);

}  // namespace pintle::fetch
