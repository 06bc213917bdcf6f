// cli/apart.hpp - performs an action for a command, in this process or in pintle-fetch.
#pragma once

#include <string>

#include "actions/action.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/action.hpp"

namespace pintle::cli {

/// How pintle-fetch ended.
struct Answer {
  int code = 0;
  std::string line{};  ///< what it did, or why it could not
};

/// Sends pintle-fetch the request `values` for `action`, and waits for its end. Errors: it is not
/// installed or cannot be started.
/// `output` becomes its standard output; below zero: that of this process.
Result<Answer> ask_apart(std::string_view action, const config::Pairs& values, int output = -1);

/// Performs `use`. If pintle-fetch has to do it, that process ends after `time` at the latest.
/// Errors: those of the action; pintle-fetch is not installed.
Result<std::string> perform(const config::Builtin& use, const actions::Context& context,
                            Duration time);

}  // namespace pintle::cli
