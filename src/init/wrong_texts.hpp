// init/wrong_texts.hpp - texts that variables left empty, or made what they cannot be. As a path an
// empty text is the directory that the hook runs in, as a digest it proves nothing.
#pragma once

#include "init/recipes.hpp"
#include "init/refusal.hpp"

namespace pintle::init {

/// Judges what the parser could not judge yet, of every hook whose condition may hold.
void refuse_wrong_texts(const Recipes& recipes, Refusal& refusal);

}  // namespace pintle::init
