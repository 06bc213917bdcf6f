// init/programs.hpp - the programs that a config starts: what a prebuilt image does not run, what
// is not there, and what main's own file would give it in vain.
#pragma once

#include <string>

#include "init/recipes.hpp"
#include "init/refusal.hpp"

namespace pintle::init {

/// Prebuilt: refuses a hook that is a shell, a package manager, or a script for a shell, and a main
/// that is a line for one.
void refuse_shells(const Recipes& recipes, Refusal& refusal);

/// Refuses a use of what pintle-fetch does where that is not beside us: an image into which pintle
/// was copied alone would fail in the middle of its start.
void refuse_without_fetch(const Recipes& recipes, Refusal& refusal);

/// A line about a main that would have more by its file (capabilities, another uid or gid) than it
/// will; "" if it has all.
std::string note_on_main_file(const Recipes& recipes);

}  // namespace pintle::init
