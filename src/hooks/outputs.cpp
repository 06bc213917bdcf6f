#include "hooks/outputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/expansion.hpp"
#include "hooks/condition.hpp"
#include "hooks/texts.hpp"

namespace pintle::hooks {
namespace {

using config::Hook;
using config::Model;
using config::Variables;
using Names = std::set<std::string, std::less<>>;

void add_names(std::string_view text, Names& names) {
  for (std::string& name : config::all_names_in(text)) names.insert(std::move(name));
}

void add_condition(const config::Condition& condition, Names& names) {
  for_leaves(condition, [&](const config::Condition& leaf) {
    if (leaf.type == config::Condition::Type::variable) names.insert(leaf.text);
  });
}

void add_arguments(const config::Arguments& arguments, Names& names) {
  for (const config::Argument& one : arguments) {
    add_names(one.text, names);
    if (one.type != config::Argument::Type::choice) continue;
    add_condition(one.condition, names);
    add_arguments(one.then, names);
    add_arguments(one.otherwise, names);
  }
}

/// With all that those names need in turn, wherever they are declared.
Names closure(Names names, const Variables& top, const Variables& own) {
  std::vector<std::string> open(names.begin(), names.end());
  while (!open.empty()) {
    const std::string name = std::move(open.back());
    open.pop_back();
    for (const Variables* all : {&own, &top}) {
      const config::Variable* variable = config::find(*all, name);
      if (variable == nullptr) continue;
      for (const std::string& one : config::names_of(*variable)) {
        if (names.insert(one).second) open.push_back(one);
      }
    }
  }
  return names;
}

/// Of what is settled before a hook's child exists: its user, its groups and its numbers.
Names early_names(const std::string& user,
                  std::span<const std::optional<config::Groups>* const> groups,
                  const std::vector<std::string>& numbers) {
  Names names;
  add_names(user, names);
  for (const auto* one : groups) {
    if (!*one) continue;
    for (const std::string& group : (*one)->names) add_names(group, names);
  }
  for (const std::string& number : numbers) add_names(number, names);
  return names;
}

class Outputs {
 public:
  Outputs(const Model& model, const Plan& plan, config::Problems& problems)
      : model_(model), plan_(plan), problems_(problems) {}

  void check() {
    const std::vector<config::Role> roles = config::roles_in(model_);
    for (const config::Role& role : roles) add_setter(role);
    for (const config::Role& role : roles) {
      const bool is_for_each = !role.hook->for_each.empty() || !role.root->for_each.empty();
      if (is_for_each) check_for_each(*role.hook);
    }
    if (setters_.empty()) return;
    for (std::size_t node = 0; node < plan_.steps.size(); ++node) {
      if (plan_.steps[node].part != Part::end) nodes_[&model_.hooks[plan_.steps[node].hook]] = node;
    }
    for (const config::Role& role : roles) check_hook(role);
    check_early(model_.main.identity, model_.main.command ? &*model_.main.command : nullptr, "main",
                model_.unread, {}, "/main");
  }

 private:
  struct Setter {
    const Hook* root;
    const config::OutputVariable* output;
  };

  void add(config::Position at, const std::string& pointer, std::string text) {
    problems_.push_back({at, pointer, std::move(text)});
  }

  void add_setter(const config::Role& role) {
    const config::OutputVariable& output = role.hook->output_variable;
    if (output.name.empty()) return;
    const auto [known, is_new] = setters_.emplace(output.name, Setter{role.root, &output});
    if (!is_new && known->second.root != role.root) {
      add(output.at, output.pointer,
          fmt::format("the step \"{}\" sets the variable {} too", known->second.root->id,
                      output.name));
    }
    if (config::find(model_.environment, output.name) != nullptr) {
      add(output.at, output.pointer,
          fmt::format("the variable {} is declared in \"environment\" too", output.name));
    }
  }

  void check_hook(const config::Role& role) {
    const Hook& hook = *role.hook;
    Names names;
    for (const std::string& text : texts_of(hook)) add_names(text, names);
    if (hook.condition) add_condition(*hook.condition, names);
    const auto* command = std::get_if<config::Command>(&hook.action);
    if (command != nullptr && !command->shell_form) {
      add_names(command->program, names);
      add_arguments(command->arguments, names);
    }
    for (const config::Variable& variable : hook.identity.environment) names.insert(variable.name);
    names = closure(std::move(names), model_.environment, hook.identity.environment);
    for (const std::string& name : names) check_use(name, role);
    check_early(hook.identity, command, hook.id, hook.unread, hook.at, hook.pointer);
  }

  /// What is known before the first file is chosen cannot have its name.
  void check_for_each(const Hook& hook) {
    const config::Identity& identity = hook.identity;
    const std::optional<config::Groups>* const groups[] = {&identity.groups};
    Names names = early_names(identity.user, groups, hook.unread);
    add_names(identity.working_directory, names);
    for (const std::string& files : hook.for_each.files) add_names(files, names);
    for (const auto& [name, text] : hook.logging.fields) add_names(text, names);
    if (hook.condition) {
      add_condition(*hook.condition, names);
      for_leaves(*hook.condition, [&](const config::Condition& leaf) {
        if (leaf.type != config::Condition::Type::step) add_names(leaf.text, names);
      });
    }
    names = closure(std::move(names), model_.environment, identity.environment);
    for (const std::string_view name : config::kFileVariables) {
      if (!names.contains(name)) continue;
      add(hook.at, hook.pointer,
          fmt::format("{} is known only when a file has been chosen: not in the user, the groups, "
                      "the working directory, the condition, the fields, a number or \"forEach\"",
                      name));
    }
  }

  /// The step that sets it has to come first. Whatever is no init step runs later.
  void check_use(const std::string& name, const config::Role& role) {
    const auto setter = setters_.find(name);
    if (setter == setters_.end() || role.root->kind() != config::Kind::step) return;
    if (config::find(role.hook->identity.environment, name) != nullptr) return;
    const std::size_t user = nodes_.at(role.root);
    if (comes_before(nodes_.at(setter->second.root), user)) return;
    add(role.hook->at, role.hook->pointer,
        fmt::format(
            "the variable {} is set by the step \"{}\", which does not come before this one", name,
            setter->second.root->id));
  }

  bool comes_before(std::size_t setter, std::size_t user) const {
    const std::size_t wanted = plan_.steps[setter].end;
    std::vector<bool> seen(plan_.steps.size());
    std::vector<std::size_t> open{user};
    while (!open.empty()) {
      const std::size_t node = open.back();
      open.pop_back();
      for (const std::size_t precedent : plan_.steps[node].precedents) {
        if (precedent == wanted) return true;
        if (!seen[precedent]) open.push_back(precedent);
        seen[precedent] = true;
      }
    }
    return false;
  }

  /// What is checked before anything runs.
  void check_early(const config::Identity& identity, const config::Command* command,
                   std::string_view who, const std::vector<std::string>& numbers,
                   config::Position at, const std::string& pointer) {
    const std::optional<config::Groups>* const groups[] = {&identity.groups, &model_.groups};
    Names names = early_names(identity.user.empty() ? model_.user : identity.user, groups, numbers);
    if (command != nullptr && !command->shell_form) add_names(command->program, names);
    names = closure(std::move(names), model_.environment, identity.environment);
    for (const std::string& name : names) {
      if (!setters_.contains(name)) continue;
      add(at, pointer,
          fmt::format("{}: its user, its program and its numbers are checked before anything runs, "
                      "so they cannot need the variable {}, which a step sets",
                      who, name));
    }
  }

  const Model& model_;
  const Plan& plan_;
  config::Problems& problems_;
  std::map<std::string, Setter, std::less<>> setters_;
  std::map<const Hook*, std::size_t> nodes_;
};

}  // namespace

void check_outputs(const Model& model, const Plan& plan, config::Problems& problems) {
  Outputs(model, plan, problems).check();
}

}  // namespace pintle::hooks
