// init/identities.hpp - users, groups and capabilities of main and all hooks, and the refusal of
// those that are not possible.
#pragma once

#include <string>
#include <vector>

#include "init/recipes.hpp"
#include "init/refusal.hpp"

namespace pintle::init {

/// Looks up the user and the groups of each recipe, and chooses the user that serves
/// `listen.health`. Refuses unknown names.
void resolve_identities(RecipeDraft& recipes, Refusal& refusal);

/// Sets the capabilities that main keeps (`confinement.capabilities`, otherwise the ambient ones)
/// and those that each hook keeps. Refuses those that do not exist or are not held.
void resolve_kept_capabilities(RecipeDraft& recipes, Refusal& refusal);

/// Refuses what would otherwise fail during the start or later: ids that are not mapped, users to
/// which pintle cannot switch, missing capabilities for the step-down. Adds a line to `remarks` for
/// each warning.
void refuse_identities(const Recipes& recipes, Refusal& refusal, std::vector<std::string>& remarks);

}  // namespace pintle::init
