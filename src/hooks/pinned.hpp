// hooks/pinned.hpp - programs without `verify`, which `"trust": {"require": "pinned"}` refuses.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/model.hpp"

namespace pintle::hooks {

/// Why the program of `who` ("step migrate", "main") is refused, "" if it is not. `command` is
/// nullptr for a built-in.
std::string why_not_pinned(const config::Model& model, std::string_view who,
                           const config::Command* command);

/// The messages for the hooks that run in `mode`, and for main, whose program is refused.
std::vector<std::string> not_pinned(const config::Model& model, config::ImageMode mode);

}  // namespace pintle::hooks
