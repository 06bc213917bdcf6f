// hooks/plan.hpp - in which order the steps of init, and those of the shutdown, run: the graphs
// that listed order and `precedents` make. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "config/diagnostics.hpp"
#include "config/model.hpp"

namespace pintle::hooks {

struct PlannedStep {
  std::size_t hook;                       ///< index in Model::hooks
  std::vector<std::size_t> precedents{};  ///< indexes in its graph; all must be done before
  bool is_condition = false;  ///< another step asks for its result, so its failure is an answer
  bool is_skipped = false;    ///< its `imageModes` do not list this one
};

/// One list of steps, in the order of the text. None refers to a step of another list.
using Graph = std::vector<PlannedStep>;

struct Plan {
  Graph steps{};
  Graph before{};  ///< of `shutdown`
  Graph after{};
};

/// Plans the steps of `model`. A step without `precedents` waits for all that are listed before it.
/// A condition on a step's id is an edge as well. Unknown ids and cycles (printed as "a → b → a")
/// are added to `problems`; the plan is then not to be used.
Plan make_plan(const config::Model& model, config::ImageMode mode, config::Problems& problems);

/// False for a step that `mode` leaves out, and for what stands in for it, whose origin it is.
bool runs_in(const config::Hook& origin, config::ImageMode mode) noexcept;

}  // namespace pintle::hooks
