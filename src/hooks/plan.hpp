// hooks/plan.hpp - in which order the steps run: the graph that listed order and `precedents` make.
// Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "config/diagnostics.hpp"
#include "config/model.hpp"

namespace pintle::hooks {

struct PlannedStep {
  std::size_t hook;                       ///< index in Model::hooks
  std::vector<std::size_t> precedents{};  ///< indexes in Plan::steps; all must be done before
  bool is_condition = false;  ///< another step asks for its result, so its failure is an answer
  bool is_skipped = false;    ///< its `imageModes` do not list this one
};

struct Plan {
  std::vector<PlannedStep> steps{};  ///< in the order of the text
};

/// Plans the steps of `model`. A step without `precedents` waits for all that are listed before it.
/// A condition on a step's id is an edge as well. Unknown ids and cycles (printed as "a → b → a")
/// are added to `problems`; the plan is then not to be used.
Plan make_plan(const config::Model& model, config::ImageMode mode, config::Problems& problems);

/// The hook that `hook`, an index in Model::hooks, belongs to: itself, or the one that it stands
/// for or repairs for in the end.
std::size_t origin_of(const config::Model& model, std::size_t hook) noexcept;

/// False for a step that `mode` leaves out, and for what would stand in for it.
bool runs_in(const config::Model& model, std::size_t hook, config::ImageMode mode) noexcept;

/// The place in `plan` of the step `id`; nullopt if there is none.
std::optional<std::size_t> find_step(const config::Model& model, const Plan& plan,
                                     std::string_view id);

}  // namespace pintle::hooks
