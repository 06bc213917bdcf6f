#include "cli/notes_patterns.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/expansion.hpp"
#include "config/path.hpp"
#include "hooks/condition.hpp"

namespace pintle::cli {
namespace {

using config::Variable;
using config::Variables;

bool begins_name(char c) noexcept {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// "$NAME" or "${NAME": behind the end of the text there is nothing that could match. Not of a `$`
/// that is one: behind a backslash, or in brackets.
bool has_variable(std::string_view pattern) noexcept {
  bool is_in_brackets = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') ++i;
    if (c == '[') is_in_brackets = true;
    if (c == ']') is_in_brackets = false;
    if (c != '$' || is_in_brackets) continue;
    std::string_view rest = pattern.substr(i + 1);
    if (rest.starts_with('{')) rest.remove_prefix(1);
    if (!rest.empty() && begins_name(rest.front())) return true;
  }
  return false;
}

std::string name_of(const config::Hook& hook) {
  return fmt::format("{} {}", config::name_of(hook.kind()), hook.id);
}

class Patterns {
 public:
  explicit Patterns(const config::Model& model) : model_(model) {
    add_variables("", model.environment);
    for (const config::Role& role : config::roles_in(model)) add_hook(*role.hook);
    add_variables("main: ", model.main.identity.environment);
    if (model.main.command) add_command("main", *model.main.command, model.main.identity);
  }

  std::vector<std::string> take_lines() { return std::move(lines_); }

 private:
  void add_hook(const config::Hook& hook) {
    const std::string who = name_of(hook);
    add_variables(who + ": ", hook.identity.environment);
    if (const auto* command = std::get_if<config::Command>(&hook.action)) {
      add_command(who, *command, hook.identity);
    }
    if (hook.condition) {
      hooks::for_leaves(*hook.condition, [&](const config::Condition& leaf) {
        add_pattern(who + ": the \"pattern\" of a condition", leaf.pattern);
      });
    }
    add_paths(hook);
  }

  void add_variables(const std::string& who, const Variables& variables) {
    for (const Variable& one : variables) {
      add_pattern(fmt::format("{}the \"pattern\" of {}", who, one.name), one.pattern);
      add_description(fmt::format("{}the \"description\" of {}", who, one.name), one.description);
    }
  }

  void add_pattern(const std::string& what, const std::string& pattern) {
    if (!has_variable(pattern)) return;
    lines_.push_back(
        fmt::format("{} is not expanded, and a \"$\" in the middle of it matches nothing: \"{}\"",
                    what, one_line(pattern, 60)));
  }

  /// Only of what is declared: others may be examples.
  void add_description(const std::string& what, const std::string& description) {
    for (const std::string& name : config::all_names_in(description)) {
      const bool is_meant = description.find("${" + name + "}") != std::string::npos &&
                            config::find(model_.environment, name) != nullptr;
      if (!is_meant) continue;
      lines_.push_back(fmt::format("{} is not expanded: \"${{{}}}\" stays", what, name));
      return;
    }
  }

  /// Of a line for the shell: names that pintle knows and the shell does not.
  void add_command(const std::string& who, const config::Command& command,
                   const config::Identity& identity) {
    if (!command.shell_form) return;
    for (const std::string& name : config::all_names_in(command.program)) {
      const Variable* variable = config::find(identity.environment, name);
      if (variable == nullptr) variable = config::find(model_.environment, name);
      const bool is_hidden = variable != nullptr && !config::is_exported(*variable);
      if (!is_hidden && (name != "NOW" || variable != nullptr)) continue;
      lines_.push_back(fmt::format(
          "{}: the shell expands its line itself, and does not get {}{}", who, name,
          is_hidden ? ", which is not exported" : ", which only texts that pintle expands have"));
    }
  }

  /// A pattern is a name like any other where none is taken.
  void add_paths(const config::Hook& hook) {
    const auto* use = std::get_if<config::Builtin>(&hook.action);
    if (use == nullptr) return;
    config::for_fields(*use, [&](const config::KeyInfo& key, const config::Field& field) {
      add_unverified(hook, key, field);
      add_literal(hook, key, field);
      const config::TextKind* kind = key.form.kind;
      if (kind == nullptr || !kind->is_path) return;
      const auto add = [&](const std::string& text) {
        const std::size_t slash = text.rfind('/') + 1;  // npos + 1 is 0
        const std::string_view plain =
            std::string_view(text).substr(0, kind->takes_pattern ? slash : text.size());
        if (!config::is_pattern(plain)) return;
        const std::string_view what =
            kind->takes_pattern ? "a pattern only in its last component" : "no pattern";
        lines_.push_back(fmt::format("{}: \"{}\" of \"{}\" takes {}; \"{}\" is one name",
                                     name_of(hook), key.name, use->spec->name, what,
                                     one_line(text, 60)));
      };
      const auto* text = std::get_if<const std::string*>(&field);
      const auto* texts = std::get_if<const std::vector<std::string>*>(&field);
      if (text != nullptr) add(**text);
      if (texts != nullptr) std::for_each((*texts)->begin(), (*texts)->end(), add);
    });
  }

  /// A parameter that is not expanded, as the pattern of `line`.
  void add_literal(const config::Hook& hook, const config::KeyInfo& key,
                   const config::Field& field) {
    const auto* text = std::get_if<const std::string*>(&field);
    if (text == nullptr || key.form.type != config::Form::Type::text) return;
    add_pattern(fmt::format("{}: \"{}\"", name_of(hook), key.name), **text);
  }

  void add_unverified(const config::Hook& hook, const config::KeyInfo& key,
                      const config::Field& field) {
    const auto* pairs = std::get_if<const config::Pairs*>(&field);
    const config::Pairs::value_type unverified{"verify", "false"};
    if (pairs == nullptr || key.name != "tls") return;
    if (std::find((*pairs)->begin(), (*pairs)->end(), unverified) == (*pairs)->end()) return;
    lines_.push_back(
        fmt::format("{}: with \"verify\": false every server is accepted", name_of(hook)));
  }

  const config::Model& model_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> notes_on_patterns(const config::Model& model) {
  return Patterns(model).take_lines();
}

}  // namespace pintle::cli
