// init/actions.hpp - every built-in of hooks/ and health/, for whoever parses or runs a config.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/model.hpp"
#include "hooks/builtin.hpp"

namespace pintle::init {

/// What parse() needs to know of them.
std::span<const config::ActionSpec* const> actions();

/// Refuses a use in which variables left a text empty. Errors: that.
Result<void> refuse_empty(const config::Builtin& use);

/// Does what `use` says; its texts are expanded. `main_pid` is main's, 0 if there is none. Errors:
/// those of the action and of refuse_empty(); one that is_apart.
Result<std::string> perform(const config::Builtin& use, const hooks::Context& context,
                            pid_t main_pid = 0);

/// What it would do to files now; nullopt if it cannot say. Errors: those of the built-in.
Result<std::optional<std::vector<hooks::Foreseen>>> preview(const config::Builtin& use,
                                                            const hooks::Context& context);

/// True if `use` has nothing left to do.
bool is_done(const config::Builtin& use, const hooks::Context& context);

}  // namespace pintle::init
