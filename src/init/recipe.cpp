#include "init/recipe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "actions/fallback.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"
#include "config/proof.hpp"
#include "config/request.hpp"
#include "hooks/arguments.hpp"
#include "hooks/plan.hpp"
#include "hooks/texts.hpp"
#include "init/user_variables.hpp"
#include "sys/process.hpp"

namespace pintle::init {

using config::Environ;
using config::Kind;

Recipe::Recipe(const Basis& basis, const config::Hook* hook, const config::Hook* failed,
               const config::Hook* root)
    : basis_(basis), hook_(hook), failed_(failed), root_(root), identity_(basis.around.self) {}

std::string Recipe::name() const {
  return is_main() ? "main" : fmt::format("{} {}", config::name_of(hook_->kind()), hook_->id);
}

bool Recipe::is_skipped() const noexcept {
  if (is_main()) return false;
  if (basis_.around.has_only_steps && root_->kind() != Kind::step) return true;
  return !hooks::runs_in(basis_.model, *root_, basis_.around.image_mode);
}

bool Recipe::is_ruled_out() const {
  if (is_main()) return false;
  for (const config::Hook* hook = root_; hook != nullptr;
       hook = config::group_of(basis_.model, *hook)) {
    if (!hook->condition) continue;
    const Recipe root(basis_, hook, nullptr, hook);
    const auto known = [&](const config::Condition& leaf) { return root.known_leaf(leaf); };
    if (hooks::holds(*hook->condition, known) == false) return true;
  }
  return false;
}

// --- identity --------------------------------------------------------------------------------

const std::string& Recipe::user_text() const noexcept {
  return wish().user.empty() ? basis_.model.user : wish().user;
}

void Recipe::run_as(sys::Identity identity, bool changes_user) {
  identity_ = std::move(identity);
  changes_user_ = changes_user;
}

// --- variables -------------------------------------------------------------------------------

config::Scope Recipe::scope() const {
  const config::Scope scope{basis_.around.environment, basis_.model.environment, wish().environment,
                            &basis_.sources};
  return is_for_each() ? scope.for_each(file_) : scope;
}

Recipe Recipe::for_file(const config::Variables& file) const {
  Recipe one = *this;
  one.file_ = &file;
  return one;
}

bool Recipe::is_late() const noexcept {
  return !basis_.learned->outputs.values.empty() || is_for_each();
}

std::vector<const config::Argument*> Recipe::arguments() const {
  return hooks::chosen(command()->arguments,
                       [this](const config::Condition& leaf) { return known_leaf(leaf); });
}

std::string Recipe::expand(std::string_view text, const config::Scope& scope) {
  std::vector<config::MissingVariable> missing;  // always empty: preflight has checked it
  auto expanded = config::expand(text, scope, missing);
  return expanded ? *std::move(expanded) : std::string(text);
}

/// What stands at the top level does not see a hook's variables.
std::string Recipe::expand_wish(const std::string& own, const std::string& top) const {
  if (!own.empty()) return expand(own);
  static const config::Variables none;
  return expand(top, {basis_.around.environment, basis_.model.environment, none, &basis_.sources});
}

std::string Recipe::expand(std::string_view text) const {
  return expand(text, scope());
}

std::vector<std::string> Recipe::texts() const {
  std::vector<std::string> all{wish().working_directory, basis_.model.working_directory,
                               user_text(), wish().input_text};
  for (const auto* groups : {&wish().groups, &basis_.model.groups}) {
    if (*groups) all.insert(all.end(), (*groups)->names.begin(), (*groups)->names.end());
  }
  const auto add = [&](const std::vector<std::string>& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  if (is_main()) all.push_back(basis_.model.listen.health);
  if (const config::Command* program = command()) {
    auto words = hooks::words_of(
        *program, [this](const config::Condition& leaf) { return known_leaf(leaf); });
    if (is_main() && !words.empty()) words.resize(words.size() - basis_.around.literal_words);
    add(words);
  }
  add(is_main() ? basis_.model.unread : hooks::texts_of(*hook_));
  return all;
}

std::optional<bool> Recipe::known_leaf(const config::Condition& leaf) const {
  using Type = config::Condition::Type;
  if (leaf.type == Type::image_mode) return leaf.image_mode == basis_.around.image_mode;
  if (leaf.type == Type::started_as) return is_started_as(leaf.text);
  if (leaf.type == Type::command) return Recipe(basis_).program_name() == leaf.text;
  if (leaf.type == Type::argument) return Recipe(basis_).has_word(leaf.pattern);
  if (leaf.type != Type::variable) return std::nullopt;
  const config::Scope variables = scope();
  if (variables.is_to_come(leaf.text)) return std::nullopt;
  if (!variables.is_given(leaf.text)) return false;
  return leaf.pattern.empty() || config::matches(leaf.pattern, *variables.value(leaf.text));
}

bool Recipe::is_started_as(const std::string& user) const {
  const uid_t self = basis_.around.self.uid;
  const auto named = sys::resolve_user(user, basis_.around.accounts);
  return named ? named->uid == self : sys::is_uid(user, self);
}

/// Of main. The words of the command line stand at the end of its arguments.
bool Recipe::has_word(const std::string& pattern) const {
  const config::Command* program = command();
  if (program == nullptr) return false;
  const std::size_t words = std::min(basis_.around.literal_words, program->arguments.size());
  return std::any_of(
      program->arguments.end() - static_cast<std::ptrdiff_t>(words), program->arguments.end(),
      [&](const config::Argument& word) { return config::matches(pattern, word.text); });
}

std::string Recipe::program_name() const {
  const config::Command* program = command();
  if (program == nullptr) {
    return is_main() ? std::string(base_name(expand(basis_.around.left_out_program))) : "";
  }
  const bool is_literal = is_main() && basis_.around.literal_words > program->arguments.size();
  return std::string(base_name(is_literal ? program->program : expand(program->program)));
}

config::Pairs Recipe::fields() const {
  config::Pairs fields = hook_->logging.fields;
  const config::Scope masked = scope().masked();
  for (auto& [name, value] : fields) {
    std::vector<config::MissingVariable> missing;
    const auto expanded = config::expand(value, masked, missing);
    value = without_credentials(basis_.secrets().scrub(expanded ? *expanded : value));
  }
  return fields;
}

const std::string& Recipe::directory_text() const noexcept {
  const std::string& own = wish().working_directory;
  return own.empty() ? basis_.model.working_directory : own;
}

Environ Recipe::environment() const {
  const Surroundings& around = basis_.around;
  Environ environ = scope().child(wish().use_system_environment);
  if (!around.notify_socket.empty()) {
    // NOTIFY_SOCKET of the container is for pintle, and so is WATCHDOG_PID.
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_PID"}) config::unset(environ, name);
    if (is_main()) config::set(environ, "NOTIFY_SOCKET", around.notify_socket);
  }
  if (is_main() && around.passed_sockets > 0) {
    config::set(environ, "LISTEN_FDS", fmt::format("{}", around.passed_sockets));
    config::set(environ, "LISTEN_PID", "0000000000");  // sys::spawn() replaces it with main's pid
    if (!around.socket_names.empty()) config::set(environ, "LISTEN_FDNAMES", around.socket_names);
  }
  // If main runs as pintle's own user, it keeps HOME, USER and LOGNAME of the container.
  const bool is_ours = identity_.uid == around.self.uid && identity_.gid == around.self.gid;
  if (is_main() && is_ours) return environ;
  const Environ nothing;
  const config::Scope declared(nothing, basis_.model.environment, wish().environment);
  follow_user(environ, identity_, declared.child(false));
  return environ;
}

// --- a program -------------------------------------------------------------------------------

const config::Command* Recipe::command() const noexcept {
  if (!is_main()) return std::get_if<config::Command>(&hook_->action);
  return basis_.model.main.command ? &*basis_.model.main.command : nullptr;
}

// --- a built-in ------------------------------------------------------------------------------

config::Builtin Recipe::completed() const {
  const auto& use = std::get<config::Builtin>(hook_->action);
  if (use.spec != &actions::kFallback.spec || failed_ == nullptr) return use;
  return actions::completed(use, failed_->output_file,
                            std::get_if<config::Builtin>(&failed_->action));
}

config::Builtin Recipe::builtin() const {
  const config::Scope variables = scope();
  return config::with_texts(completed(),
                            [&](const std::string& text) { return expand(text, variables); });
}

config::Builtin Recipe::masked_builtin() const {
  const config::Scope masked = scope().masked();
  return config::with_texts(completed(),
                            [&](const std::string& text) { return expand(text, masked); });
}

bool Recipe::is_apart() const {
  const bool is_use = !is_main() && std::holds_alternative<config::Builtin>(hook_->action);
  return is_use && config::is_apart(builtin());
}

bool Recipe::needs_nothing() const {
  if (root_->kind() != Kind::step) return false;
  if (!std::holds_alternative<config::Builtin>(hook_->action)) return false;
  const config::Scope variables = scope();
  return actions::needs_nothing(builtin(), {basis_.around.accounts, variables});
}

std::optional<Result<std::string>> Recipe::request() const {
  if (!is_apart()) return std::nullopt;
  const config::Builtin use = builtin();
  if (auto empty = actions::refuse_empty(use); !empty)
    return Result<std::string>(std::move(empty).error());
  config::Pairs more = values_of(use.spec->variables);
  // The manifest of `trust` must be signed if the image has trust anchors.
  if (config::is_proof(*hook_)) more.emplace_back("trusted", "true");
  return config::encode_request(use, more);
}

/// The variables with these names that have a value.
config::Pairs Recipe::values_of(std::span<const std::string_view> names) const {
  config::Pairs pairs;
  for (const std::string_view name : names) {
    if (auto value = scope().value(name)) pairs.emplace_back(name, *std::move(value));
  }
  return pairs;
}

/// Runs in this process: changes nothing, and without a step-down.
Result<std::optional<std::vector<actions::Foreseen>>> Recipe::foresee() const {
  const auto* use = is_main() ? nullptr : std::get_if<config::Builtin>(&hook_->action);
  if (use == nullptr || is_skipped()) return std::nullopt;
  std::vector<config::MissingVariable> missing;
  const config::Scope variables = scope();
  for (const std::string& text : texts()) (void)config::expand(text, variables, missing);
  std::set<std::string> names;
  for (const auto& variable : missing) names.insert(variable.name);
  if (!names.empty()) {
    const char* const verb = names.size() == 1 ? "is" : "are";
    return Error{
        "tell what it would do", 0, {}, fmt::format("{} {} not set", fmt::join(names, ", "), verb)};
  }
  const sys::DirectoryChange there = TRY(sys::DirectoryChange::to(directory()));
  return actions::foresee(builtin(), {basis_.around.accounts, variables});
}

}  // namespace pintle::init
