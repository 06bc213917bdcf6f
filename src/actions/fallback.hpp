// actions/fallback.hpp - what a file has to say that is taken instead of an action's result.
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
  // Of what it stands in for.
  std::optional<std::string> sha256{};
  std::vector<std::string> prohibit{};
  std::optional<mode_t> mode{};
  std::optional<std::string> owner{};
};

/// `use`, which is one of kFallback, completed by what the failed action would have left behind: it
/// goes where that would have gone, and has to prove the same. `output` is the file that the failed
/// hook's output goes to; "" if to none. `failed` is nullptr if that was a command.
config::Builtin completed(const config::Builtin& use, const std::string& output,
                          const config::Builtin* failed);

}  // namespace pintle::actions
