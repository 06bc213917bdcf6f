// init/wrong_texts.hpp - refuses texts that are empty or wrong after their variables are expanded.
// An empty path would mean the hook's working directory, and an empty digest would verify nothing.
#pragma once

#include "init/recipes.hpp"
#include "init/refusal.hpp"

namespace pintle::init {

/// Why `recipe` cannot be started now, "" if it can: for one of which something was not known
/// before anything ran. No secret is in it.
std::string why_wrong_now(const Recipe& recipe);

/// Checks the texts that the parser could not check, of every hook whose condition may hold.
void refuse_wrong_texts(const Recipes& recipes, Refusal& refusal);

}  // namespace pintle::init
