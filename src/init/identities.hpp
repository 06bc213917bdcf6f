// init/identities.hpp - who everything runs as: users, groups and capabilities, and what of them
// cannot be had.
#pragma once

#include <string>
#include <vector>

#include "init/recipes.hpp"
#include "init/refusal.hpp"

namespace pintle::init {

/// Looks users and groups up, for each recipe, and chooses who serves `listen.health`. Refuses
/// names that are unknown.
void resolve_identities(Recipes& recipes, Refusal& refusal);

/// The capabilities that main keeps, `confinement.capabilities`, or without it the ambient ones.
/// Refuses those that do not exist or are not held.
void resolve_kept_capabilities(Recipes& recipes, Refusal& refusal);

/// Refuses what could fail in the middle of a start, or later: ids that are not mapped, users that
/// cannot be followed, capabilities that the step-down needs. What should only be said goes to
/// `remarks`, a line each.
void refuse_identities(const Recipes& recipes, Refusal& refusal, std::vector<std::string>& remarks);

}  // namespace pintle::init
