// fetch/actions.hpp - what pintle-fetch can do, by the names that the config gives it.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/request.hpp"

namespace pintle::fetch {

/// Does what `request` says; may block. Returns a line about what was done.
/// Errors: an action that is none of ours; is_unproven() ones among others.
Result<std::string> perform(const config::Request& request);

}  // namespace pintle::fetch
