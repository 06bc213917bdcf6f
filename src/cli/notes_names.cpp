#include "cli/notes_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "config/expansion.hpp"
#include "hooks/texts.hpp"

namespace pintle::cli {
namespace {

using config::Condition;
using config::Variable;
using config::Variables;
using NameSet = std::set<std::string>;

/// The variables that have a value if `condition` holds, or, `is_true` being false, does not.
NameSet given_by(const Condition& condition, bool is_true) {
  using Type = Condition::Type;
  if (condition.type == Type::variable && is_true) return {condition.text};
  if (condition.type == Type::negation) return given_by(condition.parts.front(), !is_true);
  const bool is_list = condition.type == Type::all || condition.type == Type::any;
  if (!is_list || condition.parts.empty()) return {};
  const bool each_counts = (condition.type == Type::all) == is_true;
  NameSet given = given_by(condition.parts.front(), is_true);
  for (const Condition& part : condition.parts) {
    const NameSet more = given_by(part, is_true);
    if (each_counts) {
      given.insert(more.begin(), more.end());
    } else {
      std::erase_if(given, [&](const std::string& name) { return more.count(name) == 0; });
    }
  }
  return given;
}

/// Where a text stands: what names mean there, and which of them have a value whenever it counts.
struct Place {
  std::string who;
  const Variables& own;
  NameSet given{};
  bool is_skipped = false;
  bool is_for_each = false;  ///< kFileVariables are set
};

class NameNotes {
 public:
  explicit NameNotes(const Loaded& loaded) : model_(loaded.model) {
    const Place top{"the config", none_};
    const Place main{"main", model_.main.identity.environment};
    add_values(top, model_.user, model_.environment);
    add_values(main, model_.main.identity.user, main.own);
    add_texts(top, {model_.working_directory});
    for (const config::Role& role : config::roles_in(model_)) {
      outputs_.insert(role.hook->output_variable.name);
    }
    for (const config::Role& role : config::roles_in(model_)) add_hook(role, loaded.image_mode);
    add_texts(top, model_.unread);
    add_texts(main, {model_.main.identity.working_directory});
    if (model_.main.command) add_command(main, *model_.main.command);
    for (const Variable& variable : model_.environment) {
      // A variable of the container is kept from main, as with `unset`.
      const bool is_meant = variable.exported == false && !variable.value &&
                            variable.file.empty() && variable.file_variable.empty();
      if (!config::is_exported(variable) && !is_meant) {
        add_unread("", variable, "it is not exported");
      }
    }
  }

  std::vector<std::string> take_lines() {
    std::vector<std::string> lines;
    for (const std::string& name : undeclared_) {
      lines.push_back(
          fmt::format("{} is declared nowhere; the container's environment must set it", name));
    }
    for (auto* more : {&shown_, &unread_}) {
      lines.insert(lines.end(), std::make_move_iterator(more->begin()),
                   std::make_move_iterator(more->end()));
    }
    return lines;
  }

 private:
  void add_hook(const config::Role& role, config::ImageMode mode) {
    const config::Hook& hook = *role.hook;
    Place place{fmt::format("{} {}", config::name_of(hook.kind()), hook.id),
                hook.identity.environment};
    place.is_skipped = !hooks::runs_in(model_, *role.root, mode);
    place.is_for_each = !hook.for_each.empty() || !role.root->for_each.empty();
    for (const config::Hook* one : {role.root, role.hook}) {
      for (; one != nullptr; one = config::group_of(model_, *one)) {
        if (one->condition) place.given.merge(given_by(*one->condition, true));
      }
    }
    add_values(place, hook.identity.user, place.own);
    const auto* command = std::get_if<config::Command>(&hook.action);
    if (command != nullptr) add_command(place, *command);
    add_texts(place, hooks::texts_of(hook));
    add_own_unread(place, hook);
  }

  /// What is expanded before anything else is known.
  void add_values(const Place& place, const std::string& user, const Variables& variables) {
    add_texts(place, {user});
    for (const Variable& variable : variables) {
      add_texts(place,
                {variable.file, variable.value.value_or(""), variable.fallback.value_or("")});
    }
  }

  void add_texts(const Place& place, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      for (const config::NameUse& use : config::uses_in(text)) add_use(place, use);
    }
  }

  void add_use(const Place& place, const config::NameUse& use) {
    const bool is_excused = !use.is_needed || place.is_skipped || place.given.count(use.name) > 0;
    const bool is_file = place.is_for_each && config::is_file_variable(use.name);
    const bool is_declared = use.name == "NOW" || is_file || outputs_.count(use.name) > 0 ||
                             config::find(place.own, use.name) != nullptr ||
                             config::find(model_.environment, use.name) != nullptr;
    if (!is_excused && !is_declared) undeclared_.insert(use.name);
  }

  void add_command(const Place& place, const config::Command& command) {
    if (command.shell_form) return;
    NameSet secrets;
    add_word(place, command.program, secrets);
    add_arguments(place, command.arguments, secrets);
    for (const std::string& name : secrets) {
      shown_.push_back(fmt::format(
          "{}: the secret {} becomes an argument, which /proc/PID/cmdline shows", place.who, name));
    }
  }

  void add_arguments(const Place& place, const config::Arguments& arguments, NameSet& secrets) {
    for (const config::Argument& one : arguments) {
      add_word(place, one.text, secrets);
      for (const bool holds : {true, false}) {
        Place side = place;
        side.given.merge(given_by(one.condition, holds));
        add_arguments(side, holds ? one.then : one.otherwise, secrets);
      }
    }
  }

  void add_word(const Place& place, const std::string& word, NameSet& secrets) {
    const config::Environ nothing;
    const config::Scope scope(nothing, model_.environment, place.own);
    for (const config::NameUse& use : config::uses_in(word)) {
      add_use(place, use);
      if (use.is_shown && scope.is_secret(use.name)) secrets.insert(use.name);
    }
  }

  /// A built-in has no environment, but what it obeys.
  void add_own_unread(const Place& place, const config::Hook& hook) {
    const auto* builtin = std::get_if<config::Builtin>(&hook.action);
    for (const Variable& variable : place.own) {
      const bool is_obeyed =
          builtin != nullptr &&
          std::find(builtin->spec->variables.begin(), builtin->spec->variables.end(),
                    variable.name) != builtin->spec->variables.end();
      if (builtin != nullptr && !is_obeyed) {
        add_unread(place.who + ": ", variable, "a built-in has no environment");
      } else if (builtin == nullptr && !config::is_exported(variable)) {
        add_unread(place.who + ": ", variable, "it is not exported");
      }
    }
  }

  void add_unread(const std::string& who, const Variable& variable, std::string_view why) {
    if (model_.used.count(variable.name) > 0 || has_template()) return;
    unread_.push_back(fmt::format("{}nothing reads {}: {}, and no text or condition names it", who,
                                  variable.name, why));
  }

  /// What a template needs is known at a start.
  bool has_template() const {
    const std::vector<config::Role> roles = config::roles_in(model_);
    return std::any_of(roles.begin(), roles.end(), [](const config::Role& role) {
      const auto* use = std::get_if<config::Builtin>(&role.hook->action);
      bool is_one = false;
      if (use == nullptr) return is_one;
      config::for_fields(*use, [&](const config::KeyInfo& key, const config::Field&) {
        is_one = is_one || key.name == "template";
      });
      return is_one;
    });
  }

  const config::Model& model_;
  const Variables none_{};
  NameSet outputs_;  ///< that steps set
  NameSet undeclared_;
  std::vector<std::string> shown_;
  std::vector<std::string> unread_;
};

}  // namespace

std::vector<std::string> notes_on_names(const Loaded& loaded) {
  return NameNotes(loaded).take_lines();
}

}  // namespace pintle::cli
