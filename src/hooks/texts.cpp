#include "hooks/texts.hpp"

#include "config/path.hpp"
#include "hooks/arguments.hpp"
#include "hooks/condition.hpp"

namespace pintle::hooks {

std::vector<std::string> words_of(const config::Command& command, const Leaf& leaf) {
  if (command.shell_form) return {};
  std::vector<std::string> words{command.program};
  for (const config::Argument* argument : chosen(command.arguments, leaf)) {
    words.push_back(argument->text);
  }
  return words;
}

std::vector<KeyText> filled_texts_of(const config::Hook& hook) {
  std::vector<KeyText> all;
  if (const auto* use = std::get_if<config::Builtin>(&hook.action)) {
    config::for_fields(*use, [&](const config::KeyInfo& key, const config::Field& field) {
      if (config::is_literal(key.form)) return;
      const auto add = [&](const std::string& text) {
        all.push_back({key.name, text, key.form.kind});
      };
      const auto* text = std::get_if<const std::string*>(&field);
      if (text != nullptr && !config::may_be_empty(key.form)) add(**text);
      if (const auto* texts = std::get_if<const std::vector<std::string>*>(&field)) {
        for (const std::string& one : **texts) {
          all.push_back({key.name, one, key.form.parts[0]->kind});
        }
      }
    });
  }
  for (const std::string& files : hook.for_each.files) {
    all.push_back({"forEach", files, &config::kFilesPath});
  }
  if (hook.identity.input == config::Input::file) {
    all.push_back({"stdin", hook.identity.input_text, &config::kPath});
  }
  if (!hook.output_file.empty()) all.push_back({"output", hook.output_file, &config::kEntryPath});
  if (!hook.condition) return all;
  for_leaves(*hook.condition, [&](const config::Condition& leaf) {
    using Type = config::Condition::Type;
    if (leaf.type == Type::file) all.push_back({"fileExists", leaf.text, &config::kPath});
    if (leaf.type == Type::content) all.push_back({"fileContains", leaf.text, &config::kPath});
    if (leaf.type == Type::empty_directory) {
      all.push_back({"directoryEmpty", leaf.text, &config::kPath});
    }
    if (leaf.type == Type::directory) all.push_back({"directoryExists", leaf.text, &config::kPath});
  });
  return all;
}

std::vector<std::string> texts_of(const config::Hook& hook) {
  std::vector<std::string> all = hook.unread;
  all.push_back(hook.identity.working_directory);
  if (hook.identity.input == config::Input::text) all.push_back(hook.identity.input_text);
  for (KeyText& one : filled_texts_of(hook)) all.push_back(std::move(one.text));
  if (const auto* use = std::get_if<config::Builtin>(&hook.action)) {
    config::for_fields(*use, [&](const config::KeyInfo& key, const config::Field& field) {
      const auto* text = std::get_if<const std::string*>(&field);
      if (config::is_literal(key.form)) return;
      if (text != nullptr && config::may_be_empty(key.form)) all.push_back(**text);
      const auto* pairs = std::get_if<const config::Pairs*>(&field);
      if (pairs == nullptr) return;
      for (const auto& [name, value] : **pairs) all.push_back(value);
    });
  }
  for (const auto& [name, value] : hook.logging.fields) all.push_back(value);
  return all;
}

}  // namespace pintle::hooks
