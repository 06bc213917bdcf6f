// config/parse_condition.hpp - reads conditions: `condition`, `when` of jobs, and `if` of
// arguments.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

/// Reads `condition`: the id of a step, or an object.
std::optional<Condition> read_condition(Reader& reader, const Node& node);
extern const Form kConditionForm;

/// Reads a condition that is known before anything runs: it names no step and no file.
std::optional<Condition> read_start_condition(Reader& reader, const Node& node);
extern const Form kStartConditionForm;

/// Reads `when` of a job: "healthy", "ready", or an object whose keys must all be true.
std::optional<Condition> read_when(Reader& reader, const Node& node);
extern const Form kWhenForm;

}  // namespace pintle::config
