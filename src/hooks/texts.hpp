// hooks/texts.hpp - the texts of a hook in which variables may stand. Pure.
#pragma once

#include <string>
#include <vector>

#include "config/model.hpp"

namespace pintle::hooks {

/// The program and the words of a command; nothing of a line for the shell, which expands its own.
std::vector<std::string> words_of(const config::Command& command);

/// Everything else of `hook` that is expanded: its directory, the parameters of a built-in, where
/// its output goes, the fields of its events, the paths of its condition, and what stands for a
/// number.
std::vector<std::string> texts_of(const config::Hook& hook);

}  // namespace pintle::hooks
