// init/programs.hpp - the programs that a config starts: refuses those that a prebuilt image must
// not run, and a missing pintle-fetch; warns if privileges of main's file have no effect.
#pragma once

#include <string>

#include "init/recipes.hpp"
#include "init/refusal.hpp"

namespace pintle::init {

/// Why a prebuilt image must not run the program of `recipe`, "" if it may.
std::string why_shell(const Recipe& recipe);

/// Prebuilt: refuses a hook that is a shell, a package manager or a script for a shell, and a main
/// that is a shell line.
void refuse_shells(const Recipes& recipes, Refusal& refusal);

/// Refuses programs without `verify` where `trust.require` demands it.
void refuse_unpinned(const Recipes& recipes, Refusal& refusal);

/// Refuses an action of pintle-fetch if that program is not next to pintle: an image into which
/// only pintle was copied would fail in the middle of its start.
void refuse_without_fetch(const Recipes& recipes, Refusal& refusal);

/// A warning if main's file grants privileges (capabilities, another uid or gid) that main will not
/// get; "" if it gets all.
std::string note_on_main_file(const Recipes& recipes);

}  // namespace pintle::init
