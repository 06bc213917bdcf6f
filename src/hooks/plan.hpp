// hooks/plan.hpp - the order in which init steps and shutdown steps run: graphs made from the
// listed order and `precedents`. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "config/diagnostics.hpp"
#include "config/model.hpp"

namespace pintle::hooks {

struct PlannedStep {
  std::size_t hook;                       ///< index in Model::hooks
  std::vector<std::size_t> precedents{};  ///< indexes in the same graph; all must end first
  bool is_condition = false;  ///< a condition uses its result, so its failure does not abort
  bool is_skipped = false;    ///< its `imageModes` do not contain the image mode
};

/// One list of steps, in the order of the config. None refers to a step of another list.
using Graph = std::vector<PlannedStep>;

struct Plan {
  Graph steps{};
  Graph before{};  ///< `shutdown.before`
  Graph after{};
};

/// Plans the steps of `model`. A step without `precedents` waits for all that are listed before it.
/// A condition on a step's id is an edge as well. Unknown ids and cycles (printed as "a → b → a")
/// are added to `problems`; the plan must not be used then.
Plan make_plan(const config::Model& model, config::ImageMode mode, config::Problems& problems);

/// False for a step whose `imageModes` do not contain `mode`. For a fallback or a repair, `origin`
/// is the hook that it belongs to.
bool runs_in(const config::Hook& origin, config::ImageMode mode) noexcept;

}  // namespace pintle::hooks
