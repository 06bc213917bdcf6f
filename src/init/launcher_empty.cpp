// The launcher's part against texts that variables left empty. As a path such a text is the
// directory that the hook runs in, as a digest it proves nothing.
#include <fmt/format.h>

#include "base/text.hpp"
#include "hooks/plan.hpp"
#include "hooks/texts.hpp"
#include "init/launcher.hpp"

namespace pintle::init {

/// True if its condition is known not to hold, or that of what it stands in for.
bool Launcher::is_ruled_out(Owner owner) const {
  const Owner origin = hooks::origin_of(model_, owner);
  const auto& condition = model_.hooks[origin].condition;
  if (!condition) return false;
  const auto known = [&](const config::Condition& leaf) { return known_leaf(origin, leaf); };
  return hooks::holds(*condition, known) == false;
}

void Launcher::refuse_if_empty(Owner owner, std::string_view key, const std::string& text) {
  std::vector<config::MissingVariable> missing;
  const auto expanded = config::expand(text, scope(owner), missing);
  if (text.empty() || !expanded || !expanded->empty() || !missing.empty()) return;
  refuse(ExitCode::config,
         fmt::format("{}: \"{}\" is empty: \"{}\" stands for nothing; give it a value", who(owner),
                     key, one_line(text, 60)));
}

void Launcher::refuse_empty_texts() {
  for (const Owner owner : owners()) {
    if (owner != kMain && is_ruled_out(owner)) continue;
    const std::string& own = launch(owner).wish->working_directory;
    refuse_if_empty(owner, "workingDirectory", own.empty() ? model_.working_directory : own);
    const config::Command* program = command(owner);
    const bool is_expanded = program != nullptr && !program->shell_form &&
                             (owner != kMain || program->arguments.size() >= around_.literal_words);
    if (is_expanded) refuse_if_empty(owner, "command", program->program);
    if (owner == kMain) continue;
    for (const auto& [key, text] : hooks::filled_texts_of(model_.hooks[owner])) {
      refuse_if_empty(owner, key, text);
    }
  }
}

}  // namespace pintle::init
