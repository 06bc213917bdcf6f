// actions/fallback.hpp - the parameters of `fallback`: a file that replaces the result of an action
// that failed.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "config/action.hpp"

namespace pintle::actions {

struct FallbackParams {
  std::string source{};
  std::optional<std::string> destination{};
  // The next four are taken from the action that failed.
  std::optional<std::string> sha256{};
  std::vector<std::string> prohibit{};
  std::optional<mode_t> mode{};
  std::optional<std::string> owner{};
};

/// Returns `use`, a use of kFallback, completed from the action that failed: the copy goes to the
/// same place and is verified in the same way. `output` is the file for the output of the failed
/// hook; "" if there is none. `failed` is nullptr if that was a command.
config::Builtin completed(const config::Builtin& use, const std::string& output,
                          const config::Builtin* failed);

}  // namespace pintle::actions
