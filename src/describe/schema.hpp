// describe/schema.hpp - makes the JSON Schema (draft 2020-12) of a config from the rows with which
// the parser reads. It describes single values; only the parser checks ids and cycles.
#pragma once

#include <span>
#include <string>

#include "config/action.hpp"

namespace pintle::describe {

/// The schema as text, byte for byte the same on every call. `actions`: the built-ins. Pure.
std::string json_schema(std::span<const config::ActionSpec* const> actions);

}  // namespace pintle::describe
