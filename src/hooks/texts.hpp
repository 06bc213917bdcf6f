// hooks/texts.hpp - the texts of a hook in which variables may stand. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/model.hpp"

namespace pintle::hooks {

/// The program and the words of a command; nothing of a line for the shell, which expands its own.
std::vector<std::string> words_of(const config::Command& command);

/// A text in which variables may stand, the key that has it, and what it must be when they are
/// expanded, besides not empty.
struct KeyText {
  std::string_view key;
  std::string text;
  const config::TextKind* kind = nullptr;  ///< nullptr: any text
};

/// Those that must not be empty once they are expanded, but for its command and its directory: the
/// parameters of a built-in, where its output goes, the paths of its condition. None is empty.
std::vector<KeyText> filled_texts_of(const config::Hook& hook);

/// Those, and everything else of `hook` that is expanded: its directory, the members of objects,
/// the fields of its events, and what stands for a number.
std::vector<std::string> texts_of(const config::Hook& hook);

}  // namespace pintle::hooks
