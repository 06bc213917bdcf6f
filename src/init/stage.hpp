// init/stage.hpp - one list of steps with an order of its own: those of init, or of the shutdown
// before or after main. Pure, and after construction without allocation.
#pragma once

#include <vector>

#include "hooks/steps.hpp"
#include "init/events.hpp"

namespace pintle::init {

struct Stage {
  Stage(const hooks::Graph& graph, std::size_t parallelism) : steps(graph, parallelism) {
    for (const hooks::PlannedStep& step : graph) {
      owners.push_back(step.hook);
      is_skipped.push_back(step.is_skipped);
      is_condition.push_back(step.is_condition);
    }
  }

  hooks::Steps steps;
  std::vector<Owner> owners{};
  std::vector<bool> is_skipped{};    ///< not in this image mode
  std::vector<bool> is_condition{};  ///< its failure is an answer
};

}  // namespace pintle::init
