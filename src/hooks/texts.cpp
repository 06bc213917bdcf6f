#include "hooks/texts.hpp"

#include "config/path.hpp"
#include "hooks/condition.hpp"

namespace pintle::hooks {
namespace {

const std::vector<std::string> kNone;

}  // namespace

std::vector<std::string> words_of(const config::Command& command) {
  if (command.shell_form) return {};
  std::vector<std::string> words{command.program};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  return words;
}

std::vector<KeyText> filled_texts_of(const config::Hook& hook) {
  std::vector<KeyText> all;
  if (const auto* use = std::get_if<config::Builtin>(&hook.action)) {
    use->params.for_values([&](std::string_view name, const config::Value& value) {
      const config::ParamSpec& spec = *config::find_param(*use->spec, name);
      const auto add = [&](const std::string& text) {
        all.push_back({name, text, config::is_path(spec), spec.check});
      };
      if (const auto* text = std::get_if<std::string>(&value)) add(*text);
      const auto* texts = std::get_if<std::vector<std::string>>(&value);
      for (const std::string& text : texts == nullptr ? kNone : *texts) add(text);
    });
  }
  if (!hook.output_file.empty()) {
    all.push_back({"output", hook.output_file, true, config::check_entry_path});
  }
  if (!hook.condition) return all;
  for_leaves(*hook.condition, [&](const config::Condition& leaf) {
    using Type = config::Condition::Type;
    if (leaf.type == Type::file) all.push_back({"fileExists", leaf.text, true});
    if (leaf.type == Type::directory) all.push_back({"directoryExists", leaf.text, true});
  });
  return all;
}

std::vector<std::string> texts_of(const config::Hook& hook) {
  std::vector<std::string> all = hook.unread;
  all.push_back(hook.identity.working_directory);
  for (KeyText& one : filled_texts_of(hook)) all.push_back(std::move(one.text));
  if (const auto* use = std::get_if<config::Builtin>(&hook.action)) {
    use->params.for_values([&](std::string_view, const config::Value& value) {
      const auto* pairs = std::get_if<config::Pairs>(&value);
      if (pairs == nullptr) return;
      for (const auto& [name, text] : *pairs) all.push_back(text);
    });
  }
  for (const auto& [name, value] : hook.logging.fields) all.push_back(value);
  return all;
}

}  // namespace pintle::hooks
