// init/variables.hpp - the values that the config takes from the container: reads files, collects
// secrets, and refuses everything that is missing or wrong at once.
#pragma once

#include "init/recipes.hpp"
#include "init/refusal.hpp"

namespace pintle::init {

/// Reads the files that variables name and collects the secrets; both become part of the basis of
/// `recipes`. Refuses a file that cannot be used, a variable without a value, a value that does not
/// match its pattern, and a number that comes from a file.
void take_variables(RecipeDraft& recipes, Refusal& refusal);

}  // namespace pintle::init
