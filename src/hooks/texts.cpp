#include "hooks/texts.hpp"

#include "hooks/condition.hpp"

namespace pintle::hooks {

std::vector<std::string> words_of(const config::Command& command) {
  if (command.shell_form) return {};
  std::vector<std::string> words{command.program};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  return words;
}

std::vector<std::string> texts_of(const config::Hook& hook) {
  std::vector<std::string> all = hook.unread;
  all.push_back(hook.identity.working_directory);
  if (const auto* use = std::get_if<config::Builtin>(&hook.action)) {
    config::Params params = use->params;
    params.for_texts([&](const std::string& text) { all.push_back(text); });
  }
  all.push_back(hook.output_file);
  for (const auto& [name, value] : hook.logging.fields) all.push_back(value);
  if (!hook.condition) return all;
  for_leaves(*hook.condition, [&](const config::Condition& leaf) {
    using Type = config::Condition::Type;
    if (leaf.type == Type::file || leaf.type == Type::directory) all.push_back(leaf.text);
  });
  return all;
}

}  // namespace pintle::hooks
