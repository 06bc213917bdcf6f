// config/parse.hpp - the text of a config to the model, with everything that is wrong in it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/action.hpp"
#include "config/diagnostics.hpp"
#include "config/form.hpp"
#include "config/model.hpp"

namespace pintle::config {

/// What parse() needs to know of the world.
struct ParseContext {
  std::span<const ActionSpec* const> actions{};  ///< the built-ins
  /// The container's environment, for numbers and durations that are written as "${TIMEOUT:-30s}";
  /// nullptr when it is not known, as in `pintle check`.
  const std::vector<std::string>* environment = nullptr;
};

/// Parses and validates `text`. Every problem of the document is added to `problems` (all of them,
/// in the order of the text); with any, the model must not be used. Pure.
Model parse(std::string_view text, const ParseContext& context, Problems& problems);

/// The rows of the whole document, from which all others can be reached.
const ObjectInfo& document() noexcept;

}  // namespace pintle::config
