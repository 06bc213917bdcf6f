// init/variables.hpp - the values that the config takes from the container: files are read, secrets
// known, and what is missing or wrong is refused, all of it at once.
#pragma once

#include "init/recipes.hpp"
#include "init/refusal.hpp"

namespace pintle::init {

/// Reads the files that variables name, and gathers the secrets: both become part of the basis of
/// `recipes`. Refuses a file that cannot be used, a variable without value, one that does not match
/// its pattern, and a number that was to come from a file.
void take_variables(Recipes& recipes, Refusal& refusal);

}  // namespace pintle::init
