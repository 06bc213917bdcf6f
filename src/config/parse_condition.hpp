// config/parse_condition.hpp - reads when a hook runs at all: `condition`, and `when` of jobs.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

/// `condition`: the id of a step, or an object.
std::optional<Condition> read_condition(Reader& reader, const Node& node);
extern const Form kConditionForm;

/// `when` of a job: "healthy", "ready", or an object whose keys must all hold.
std::optional<Condition> read_when(Reader& reader, const Node& node);
extern const Form kWhenForm;

}  // namespace pintle::config
