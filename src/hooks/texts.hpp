// hooks/texts.hpp - the texts of a hook that may contain variables. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/model.hpp"
#include "hooks/condition.hpp"

namespace pintle::hooks {

/// The program and the texts of the arguments of a command, of those that chosen() gives; empty for
/// a shell line, in which the shell expands variables.
std::vector<std::string> words_of(
    const config::Command& command,
    const Leaf& leaf = [](const config::Condition&) { return std::nullopt; });

/// A text that may contain variables, its key, and which kind of text it must be after expansion.
/// It must not be empty then.
struct KeyText {
  std::string_view key;
  std::string text;
  const config::TextKind* kind = nullptr;  ///< nullptr: any text
};

/// The texts that must not be empty after expansion: the parameters of a built-in, the output file,
/// and the paths of the condition. Without the command and the working directory. No text in the
/// result is empty.
std::vector<KeyText> filled_texts_of(const config::Hook& hook);

/// All texts of `hook` that are expanded: filled_texts_of(), the working directory, the members of
/// objects, the fields of its events, and the texts for numbers.
std::vector<std::string> texts_of(const config::Hook& hook);

}  // namespace pintle::hooks
