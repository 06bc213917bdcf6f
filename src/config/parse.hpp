// config/parse.hpp - reads the text of a config into the model, and reports everything that is
// wrong.
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

/// What parse() needs besides the text.
struct ParseContext {
  std::span<const ActionSpec* const> actions{};  ///< the built-ins
  /// The container's environment, for numbers and durations that are written as "${TIMEOUT:-30s}";
  /// nullptr when it is not known, as in `pintle check`.
  const std::vector<std::string>* environment = nullptr;
};

/// Parses and validates `text`. Adds every problem of the document to `problems`, in the order of
/// the text; if there is any, the model must not be used. Pure.
Model parse(std::string_view text, const ParseContext& context, Problems& problems);

/// The rows of the whole document, from which all others can be reached.
const ObjectInfo& document() noexcept;

}  // namespace pintle::config
