#include "init/recipe.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

#include "actions/fallback.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"
#include "base/words.hpp"
#include "config/request.hpp"
#include "hooks/apart.hpp"
#include "hooks/arguments.hpp"
#include "hooks/file_condition.hpp"
#include "hooks/output_copy.hpp"
#include "hooks/output_file.hpp"
#include "hooks/plan.hpp"
#include "hooks/texts.hpp"
#include "init/user_variables.hpp"
#include "sys/process.hpp"

namespace pintle::init {
namespace {

using config::Environ;
using config::Kind;

const std::string kShell = "/bin/sh";

rlim_t bound(std::uint64_t value) noexcept {
  return value == config::kUnlimited ? RLIM_INFINITY : rlim_t{value};
}

/// The part of `child` that its task starts as a program after the step-down.
sys::Child program_of(sys::Child& child) {
  sys::Child program;
  program.argv = std::move(child.argv);
  program.candidates = std::move(child.candidates);
  program.environment = std::move(child.environment);
  program.input_file = child.input_file;
  program.input_text = child.input_text;
  program.step_down.no_new_privileges = child.step_down.no_new_privileges;
  return program;
}

/// The viewer's socket is the standard input, since all other descriptors of a child are closed.
sys::Task shown_output(sys::Child& child, int viewer) {
  sys::Child program = program_of(child);
  child.input = viewer;
  child.inherit_input = false;
  child.input_file.clear();
  child.input_text.reset();
  return [program = std::move(program)](sys::Report& report) {
    Fd socket(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    return hooks::run_and_show(program, std::move(socket), report);
  };
}

}  // namespace

Recipe::Recipe(const Basis& basis, const config::Hook* hook, const config::Hook* failed,
               const config::Hook* root)
    : basis_(basis), hook_(hook), failed_(failed), root_(root), identity_(basis.around.self) {}

std::string Recipe::name() const {
  return is_main() ? "main" : fmt::format("{} {}", config::name_of(hook_->kind()), hook_->id);
}

bool Recipe::is_skipped() const noexcept {
  if (is_main()) return false;
  if (basis_.around.has_only_steps && root_->kind() != Kind::step) return true;
  return !hooks::runs_in(*root_, basis_.around.image_mode);
}

bool Recipe::is_ruled_out() const {
  if (is_main() || !root_->condition) return false;
  const Recipe root(basis_, root_, nullptr, root_);
  const auto known = [&](const config::Condition& leaf) { return root.known_leaf(leaf); };
  return hooks::holds(*root_->condition, known) == false;
}

// --- identity --------------------------------------------------------------------------------

const std::string& Recipe::user_text() const noexcept {
  return wish().user.empty() ? basis_.model.user : wish().user;
}

void Recipe::run_as(sys::Identity identity, bool changes_user) {
  identity_ = std::move(identity);
  changes_user_ = changes_user;
}

/// Sets the identity and the limits.
void Recipe::set_surroundings(sys::Child& child) const {
  const Surroundings& around = basis_.around;
  child.directory = directory();
  child.umask = wish().umask ? wish().umask : basis_.model.umask;
  child.nice = wish().nice;
  child.inherit_input = wish().input == config::Input::inherit;
  if (wish().input == config::Input::file) child.input_file = expand(wish().input_text);
  if (wish().input == config::Input::text) child.input_text = expand(wish().input_text);
  for (const config::Limit& limit : wish().limits) {
    child.limits.push_back({limit.name, limit.resource, {bound(limit.soft), bound(limit.hard)}});
  }
  const bool is_taken = around.self.uid == 0 || identity_.groups_are_named;
  child.step_down = {.identity = is_taken ? &identity_ : nullptr,
                     .kept = kept_,
                     .no_new_privileges = basis_.model.confinement.no_new_privileges};
  if (is_main()) {
    child.passed = around.passed_sockets;
    child.placement = around.has_terminal ? sys::Placement::foreground : sys::Placement::group;
  }
}

// --- variables -------------------------------------------------------------------------------

config::Scope Recipe::scope() const noexcept {
  return {basis_.around.environment, basis_.model.environment, wish().environment, &basis_.files};
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
  return expand(top, {basis_.around.environment, basis_.model.environment, none, &basis_.files});
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
    auto words = hooks::words_of(*program, known_leaves());
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
  if (leaf.type != Type::variable) return std::nullopt;
  const config::Scope variables = scope();
  if (!variables.is_given(leaf.text)) return false;
  return leaf.pattern.empty() || config::matches(leaf.pattern, *variables.value(leaf.text));
}

bool Recipe::is_started_as(const std::string& user) const {
  const uid_t self = basis_.around.self.uid;
  const auto named = sys::resolve_user(user, basis_.around.accounts);
  return named ? named->uid == self : sys::is_uid(user, self);
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
    value = without_credentials(basis_.secrets.scrub(expanded ? *expanded : value));
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

void Recipe::set_program(const config::Command& program, sys::Child& child) const {
  child.environment = environment();
  if (program.shell_form) {
    child.argv = {kShell, "-c", program.program};
    child.candidates = {kShell};
    return;
  }
  const std::vector<const config::Argument*> arguments =
      hooks::chosen(program.arguments, known_leaves());
  // The words from the command line come last, and are not expanded.
  const std::size_t literal_from =
      arguments.size() + 1 - (is_main() ? basis_.around.literal_words : 0);
  child.argv.push_back(literal_from > 0 ? expand(program.program) : program.program);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const config::Argument& one = *arguments[i];
    if (one.type == config::Argument::Type::words) {
      for (std::string& word : words_in(one)) child.argv.push_back(std::move(word));
    } else {
      child.argv.push_back(i + 1 < literal_from ? expand(one.text) : one.text);
    }
  }
  child.candidates = sys::candidates_for(
      child.argv.front(), config::get(child.environment, "PATH").value_or(""), child.directory);
}

std::vector<std::string> Recipe::words_in(const config::Argument& argument) const {
  auto words = split_words(expand(argument.text));  // preflight has refused what has no words
  return words ? *std::move(words) : std::vector<std::string>();
}

sys::Child Recipe::program() const {
  sys::Child child;
  child.directory = directory();
  set_program(*command(), child);
  return child;
}

sys::Child Recipe::child(const StartOptions& options) const {
  sys::Child child;
  set_surroundings(child);
  child.outlet = options.outlet;
  if (!is_main()) {
    child.discard_output = hook_->output == config::Output::discard;
    if (options.leaf && hook_->condition) child.condition = condition(options.leaf);
  }
  const config::Command* program = command();
  if (program == nullptr) {
    set_action(options.main_pid, child);
    return child;
  }
  set_program(*program, child);
  const bool keeps = !is_main() && hook_->output == config::Output::file;
  if (keeps) {
    child.task = kept_output(child);
  } else if (options.viewer >= 0) {
    child.task = shown_output(child, options.viewer);
  }
  return child;
}

/// The hook's child waits for the program and writes the file: PID 1 itself writes no file of a
/// hook.
sys::Task Recipe::kept_output(sys::Child& child) const {
  sys::Child program = program_of(child);
  program.inherit_input = true;  // that of the hook's child
  return
      [this, program = std::move(program), path = expand(hook_->output_file)](sys::Report& report) {
        const auto words = [this](const Error& error) { return basis_.secrets.words_of(error); };
        return hooks::run_into_file(program, path, hook_->success_codes, words, report);
      };
}

sys::Condition Recipe::condition(const hooks::Leaf& leaf) const {
  return [this, leaf] {
    const auto look = [&](const config::Condition& one) -> std::optional<bool> {
      const auto seen = hooks::look_at_files(one, expand(one.text));
      return seen ? seen : leaf(one);
    };
    return hooks::holds(*hook_->condition, look).value_or(false);
  };
}

// --- a built-in ------------------------------------------------------------------------------

config::Builtin Recipe::completed() const {
  const auto& use = std::get<config::Builtin>(hook_->action);
  if (use.spec != &actions::kFallback.spec || failed_ == nullptr) return use;
  return actions::completed(use, failed_->output_file,
                            std::get_if<config::Builtin>(&failed_->action));
}

config::Builtin Recipe::builtin() const {
  return config::with_texts(completed(), [&](const std::string& text) { return expand(text); });
}

config::Builtin Recipe::masked_builtin() const {
  const config::Scope masked = scope().masked();
  return config::with_texts(completed(),
                            [&](const std::string& text) { return expand(text, masked); });
}

bool Recipe::is_apart() const {
  const bool is_use = !is_main() && std::holds_alternative<config::Builtin>(hook_->action);
  return is_use && config::is_apart(completed());
}

bool Recipe::needs_nothing() const {
  if (root_->kind() != Kind::step) return false;
  if (!std::holds_alternative<config::Builtin>(hook_->action)) return false;
  const config::Scope variables = scope();
  return actions::needs_nothing(builtin(), {basis_.around.accounts, variables});
}

sys::Task Recipe::task(pid_t main_pid) const {
  return [this, main_pid, use = builtin()](sys::Report& report) {
    const Secrets& secrets = basis_.secrets;
    const config::Scope variables = scope();
    const auto note = [&](const std::string& line) { sys::send_note(secrets.scrub(line)); };
    const auto hide = [&](std::string text) { return secrets.scrub(std::move(text)); };
    const auto result =
        actions::perform(use, {basis_.around.accounts, variables, note, hide, main_pid});
    // Secrets are removed here, before the report cuts the text: a part of a secret would not be
    // recognized.
    report.set_line(result ? secrets.scrub(*result) : secrets.words_of(result.error()));
    return result ? 0 : 1;
  };
}

std::optional<Result<std::string>> Recipe::request() const {
  if (!is_apart()) return std::nullopt;
  const config::Builtin use = builtin();
  if (auto empty = actions::refuse_empty(use); !empty)
    return Result<std::string>(std::move(empty).error());
  return config::encode_request(use, values_of(use.spec->variables));
}

/// Sets the built-in: a task in the child, or pintle-fetch.
void Recipe::set_action(pid_t main_pid, sys::Child& child) const {
  auto told = request();
  if (!told) {
    child.task = task(main_pid);
    return;
  }
  if (!*told) {
    child.task = [line = told->error().message()](sys::Report& report) {
      report.set_line(line);
      return 1;
    };
    return;
  }
  child.environment = environment();
  child.argv = child.candidates = {basis_.around.fetch_program};
  child.task = [program = program_of(child), text = **std::move(told)](sys::Report& report) {
    return hooks::run_apart(program, text, report);
  };
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
  for (const std::string& text : texts()) (void)config::expand(text, scope(), missing);
  std::set<std::string> names;
  for (const auto& variable : missing) names.insert(variable.name);
  if (!names.empty()) {
    const char* const verb = names.size() == 1 ? "is" : "are";
    return Error{
        "tell what it would do", 0, {}, fmt::format("{} {} not set", fmt::join(names, ", "), verb)};
  }
  const sys::DirectoryChange there = TRY(sys::DirectoryChange::to(directory()));
  const config::Scope variables = scope();
  return actions::foresee(builtin(), {basis_.around.accounts, variables});
}

}  // namespace pintle::init
