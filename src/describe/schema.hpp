// describe/schema.hpp - the JSON Schema (draft 2020-12) of a config, made from the rows that the
// parser reads by. It says what a value may be; what hangs together (ids, cycles) only the parser
// knows.
#pragma once

#include <span>
#include <string>

#include "config/action.hpp"

namespace pintle::describe {

/// The schema as text, byte for byte the same on every call. `actions`: the built-ins. Pure.
std::string json_schema(std::span<const config::ActionSpec* const> actions);

}  // namespace pintle::describe
