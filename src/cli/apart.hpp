// cli/apart.hpp - what a command does by an action, wherever that is done.
#pragma once

#include <string>

#include "actions/action.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/action.hpp"

namespace pintle::cli {

/// Does what `use` says; by pintle-fetch, if it has to, which then ends after `time` at the latest.
/// Errors: those of the action; pintle-fetch is not there.
Result<std::string> perform(const config::Builtin& use, const actions::Context& context,
                            Duration time);

}  // namespace pintle::cli
