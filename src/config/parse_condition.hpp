// config/parse_condition.hpp - reads when a hook runs at all: `condition`, and `when` of jobs.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

/// `condition`: the id of a step, or an object.
std::optional<Condition> read_condition(Reader& reader, const Node& node);
extern const Form kConditionForm;

/// A condition whose answer is known before anything runs: it asks for no step and no file.
std::optional<Condition> read_start_condition(Reader& reader, const Node& node);
extern const Form kStartConditionForm;

/// `when` of a job: "healthy", "ready", or an object whose keys must all hold.
std::optional<Condition> read_when(Reader& reader, const Node& node);
extern const Form kWhenForm;

}  // namespace pintle::config
