// hooks/plan.hpp - in which order the steps run: the graph that listed order and `precedents` make.
// Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "config/diagnostics.hpp"
#include "config/model.hpp"

namespace pintle::hooks {

struct PlannedStep {
  std::size_t hook;                       ///< index in Model::hooks
  std::vector<std::size_t> precedents{};  ///< indexes in Plan::steps; all must be done before
};

struct Plan {
  std::vector<PlannedStep> steps{};  ///< in the order of the text
};

/// Plans the steps of `model`. A step without `precedents` waits for all that are listed before it.
/// Unknown ids and cycles (printed as "a → b → a") are added to `problems`; the plan is then not
/// to be used.
Plan make_plan(const config::Model& model, config::Problems& problems);

}  // namespace pintle::hooks
