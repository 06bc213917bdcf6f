// hooks/outputs.hpp - checks who uses the variables that steps set: `output.variable`. Pure.
#pragma once

#include "config/diagnostics.hpp"
#include "config/model.hpp"
#include "hooks/plan.hpp"

namespace pintle::hooks {

/// Adds to `problems`: a variable that two steps set, or that is declared too; one that is used by
/// a step which need not come after the step that sets it; and one in what is checked before
/// anything runs: a user, a program, a number. `plan` has no cycle.
void check_outputs(const config::Model& model, const Plan& plan, config::Problems& problems);

}  // namespace pintle::hooks
