// hooks/plan.hpp - the order in which init steps and shutdown steps run: graphs made from the
// listed order and `precedents`. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "config/diagnostics.hpp"
#include "config/model.hpp"

namespace pintle::hooks {

/// A group of steps, and a step that runs only during others, are two nodes: the one that begins it
/// and the one that ends it.
enum class Part : std::uint8_t { whole, begin, end };

struct PlannedStep {
  std::size_t hook;                       ///< index in Model::hooks
  std::vector<std::size_t> precedents{};  ///< indexes in the same graph; all must end first
  bool is_condition = false;  ///< a condition uses its result, so its failure does not abort
  bool is_skipped = false;    ///< its `imageModes`, or its group's, do not contain the image mode
  Part part = Part::whole;
  std::size_t end = 0;                 ///< the node with which the hook is done; maybe this one
  std::optional<std::size_t> group{};  ///< the node that begins the group that it is in
  bool is_final = false;               ///< it is in the `finally` of its group
};

/// One list of steps, in the order of the config. None refers to a step of another list.
using Graph = std::vector<PlannedStep>;

struct Plan {
  Graph steps{};
  Graph before{};  ///< `shutdown.before`
  Graph after{};
};

/// Plans the steps of `model`. A step without `precedents` waits for all that are listed before it;
/// for one that runs during steps which are listed later, it waits only until that has begun. A
/// condition on a step's id is an edge as well. Unknown ids and cycles (printed as "a → b → a")
/// are added to `problems`; the plan must not be used then.
Plan make_plan(const config::Model& model, config::ImageMode mode, config::Problems& problems);

/// False for a step whose `imageModes`, or those of a group that it is in, do not contain `mode`.
/// For a fallback or a repair, `origin` is the hook that it belongs to.
bool runs_in(const config::Model& model, const config::Hook& origin,
             config::ImageMode mode) noexcept;

}  // namespace pintle::hooks
