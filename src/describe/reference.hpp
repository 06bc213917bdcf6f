// describe/reference.hpp - makes docs/configuration.md from the rows with which the parser reads.
#pragma once

#include <span>
#include <string>

#include "config/action.hpp"

namespace pintle::describe {

/// The reference as Markdown, byte for byte the same on every call. `actions`: the built-ins. Pure.
std::string markdown_reference(std::span<const config::ActionSpec* const> actions);

}  // namespace pintle::describe
