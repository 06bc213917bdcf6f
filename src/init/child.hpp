// init/child.hpp - how a recipe is started: as a program, as a task of pintle itself, or as
// pintle-fetch.
#pragma once

#include <string>

#include "hooks/condition.hpp"
#include "init/recipe.hpp"
#include "sys/spawn.hpp"

namespace pintle::init {

/// The parameters of one start of a hook.
struct StartOptions {
  hooks::Leaf
      leaf{};  ///< if set, the child checks the condition; gives the leaves that are not files
  bool only_asks = false;  ///< the child ends with 0 if the condition holds
  sys::Outlet outlet{};    ///< the target of its output
  pid_t main_pid = 0;      ///< 0: main does not run
  int viewer = -1;         ///< a socket that gets a copy of its output
  /// Of a hook with `for_each`: why it cannot be started for its file, "" if it can.
  std::string (*why_wrong)(const Recipe&) = nullptr;
  std::string same_file{};  ///< another attempt is for this one; "": it is a first attempt
  std::string last_file{};  ///< of a hook with `for_each`: it runs for the next one; "": the first
};

/// The parameter of sys::spawn(). Must not outlive the recipe.
sys::Child child_of(const Recipe& recipe, const StartOptions& options = {});

/// argv, environment, directory and the paths to try. Only for a recipe with a command.
sys::Child program_of(const Recipe& recipe);

}  // namespace pintle::init
