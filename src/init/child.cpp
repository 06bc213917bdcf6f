#include "init/child.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "base/words.hpp"
#include "hooks/apart.hpp"
#include "hooks/file_condition.hpp"
#include "hooks/next_file.hpp"
#include "hooks/output_copy.hpp"
#include "hooks/output_file.hpp"
#include "hooks/verified_program.hpp"
#include "sys/process.hpp"

namespace pintle::init {
namespace {

const std::string kShell = "/bin/sh";

rlim_t bound(std::uint64_t value) noexcept {
  return value == config::kUnlimited ? RLIM_INFINITY : rlim_t{value};
}

/// The part of `child` that its task starts as a program after the step-down.
sys::Child inner_program(sys::Child& child) {
  sys::Child program;
  program.argv = std::move(child.argv);
  program.candidates = std::move(child.candidates);
  program.environment = std::move(child.environment);
  program.verification = std::move(child.verification);
  program.input_file = child.input_file;
  program.input_text = child.input_text;
  program.step_down.no_new_privileges = child.step_down.no_new_privileges;
  return program;
}

/// The viewer's socket is the standard input, since all other descriptors of a child are closed.
sys::Task shown_output(sys::Child& child, int viewer) {
  sys::Child program = inner_program(child);
  child.input = viewer;
  child.inherit_input = false;
  child.input_file.clear();
  child.input_text.reset();
  return [program = std::move(program)](sys::Report& report) {
    Fd socket(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    return hooks::run_and_show(program, std::move(socket), report);
  };
}

/// The hook's child waits for the program and writes the file: PID 1 itself writes no file of a
/// hook.
sys::Task kept_output(const Recipe& recipe, sys::Child& child) {
  sys::Child program = inner_program(child);
  program.inherit_input = true;  // that of the hook's child
  const config::Hook& hook = *recipe.hook();
  return [&recipe, &hook, program = std::move(program),
          target = hooks::OutputFile{recipe.expand(hook.output_file), hook.output_is_env_file}](
             sys::Report& report) {
    const auto words = [&](const Error& error) { return recipe.basis().secrets().words_of(error); };
    return hooks::run_into_file(program, target, hook.success_codes, words, report);
  };
}

/// A task that only says what is wrong.
sys::Task failing(std::string line) {
  return [line = std::move(line)](sys::Report& report) {
    report.set_line(line);
    return 1;
  };
}

void set_input(const Recipe& recipe, sys::Child& child) {
  const config::Identity& wish = recipe.wish();
  if (wish.input == config::Input::file) child.input_file = recipe.expand(wish.input_text);
  if (wish.input == config::Input::text) child.input_text = recipe.expand(wish.input_text);
}

/// Sets the identity and the limits.
void set_surroundings(const Recipe& recipe, sys::Child& child) {
  const Surroundings& around = recipe.around();
  const config::Model& model = recipe.basis().model;
  const config::Identity& wish = recipe.wish();
  child.directory = recipe.directory();
  child.umask = wish.umask ? wish.umask : model.umask;
  child.nice = wish.nice;
  child.inherit_input = wish.input == config::Input::inherit;
  for (const config::Limit& limit : wish.limits) {
    child.limits.push_back({limit.name, limit.resource, {bound(limit.soft), bound(limit.hard)}});
  }
  const bool is_taken = around.self.uid == 0 || recipe.identity().groups_are_named;
  child.step_down = {.identity = is_taken ? &recipe.identity() : nullptr,
                     .kept = recipe.kept(),
                     .no_new_privileges = model.confinement.no_new_privileges};
  if (recipe.is_main()) {
    child.passed = around.passed_sockets;
    child.placement = around.has_terminal ? sys::Placement::foreground : sys::Placement::group;
  }
}

/// The program and its arguments. The words from the command line come last, and are not expanded.
void add_words(const Recipe& recipe, std::vector<std::string>& argv) {
  const std::vector<const config::Argument*> arguments = recipe.arguments();
  const std::size_t literal_from =
      arguments.size() + 1 - (recipe.is_main() ? recipe.around().literal_words : 0);
  const std::string& program = recipe.command()->program;
  argv.push_back(literal_from > 0 ? recipe.expand(program) : program);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const config::Argument& one = *arguments[i];
    if (one.type != config::Argument::Type::words) {
      argv.push_back(i + 1 < literal_from ? recipe.expand(one.text) : one.text);
      continue;
    }
    auto words = split_words(recipe.expand(one.text));  // what has no words is refused before
    for (std::string& word : words ? *words : std::vector<std::string>()) {
      argv.push_back(std::move(word));
    }
  }
}

void set_program(const Recipe& recipe, sys::Child& child) {
  const config::Command& program = *recipe.command();
  child.environment = recipe.environment();
  if (program.shell_form) {
    child.argv = {kShell, "-c", program.program};
    child.candidates = {kShell};
    return;
  }
  add_words(recipe, child.argv);
  if (program.verify) {
    const auto way = recipe.is_main() ? hooks::Execution::by_path : hooks::Execution::sealed;
    child.verification = hooks::verification(*program.verify, recipe.around().fetch_program, way);
  }
  child.candidates = sys::candidates_for(
      child.argv.front(), config::get(child.environment, "PATH").value_or(""), child.directory);
}

sys::Condition condition(const Recipe& recipe, const hooks::Leaf& leaf) {
  return [&recipe, leaf] {
    const auto look = [&](const config::Condition& one) -> std::optional<bool> {
      const auto seen = hooks::look_at_files(one, recipe.expand(one.text));
      return seen ? seen : leaf(one);
    };
    return hooks::holds(*recipe.hook()->condition, look).value_or(false);
  };
}

/// A built-in in the child itself.
sys::Task task(const Recipe& recipe, pid_t main_pid) {
  return [&recipe, main_pid, use = recipe.builtin()](sys::Report& report) {
    const Secrets& secrets = recipe.basis().secrets();
    const config::Scope variables = recipe.scope();
    const auto note = [&](const std::string& line) { sys::send_note(secrets.scrub(line)); };
    const auto hide = [&](std::string text) { return secrets.scrub(std::move(text)); };
    const auto result =
        actions::perform(use, {recipe.around().accounts, variables, note, hide, main_pid});
    // Secrets are removed here, before the report cuts the text: a part of a secret would not be
    // recognized.
    report.set_line(result ? secrets.scrub(*result) : secrets.words_of(result.error()));
    return result ? 0 : 1;
  };
}

/// Sets the built-in: a task in the child, or pintle-fetch.
void set_action(const Recipe& recipe, pid_t main_pid, sys::Child& child) {
  auto told = recipe.request();
  if (!told) {
    child.task = task(recipe, main_pid);
    return;
  }
  if (!*told) {
    child.task = failing(told->error().message());
    return;
  }
  child.environment = recipe.environment();
  child.argv = child.candidates = {recipe.around().fetch_program};
  child.task = [program = inner_program(child), text = **std::move(told)](sys::Report& report) {
    return hooks::run_apart(program, text, report);
  };
}

/// The recipe of one file, and the file.
struct OfFile {
  OfFile(const Recipe& of_each, config::Variables variables)
      : file(std::move(variables)), recipe(of_each.for_file(file)) {}
  OfFile(const OfFile&) = delete;
  OfFile& operator=(const OfFile&) = delete;
  ~OfFile() = default;

  const config::Variables file;
  const Recipe recipe;
};

/// What is done for one file.
sys::Child child_for(const std::shared_ptr<const OfFile>& one, const StartOptions& options) {
  const Recipe& recipe = one->recipe;
  sys::Child child;
  if (std::string wrong = options.why_wrong(recipe); !wrong.empty()) {
    child.task = failing(std::move(wrong));
  } else if (recipe.command() == nullptr) {
    set_action(recipe, options.main_pid, child);
    child.task = [one, task = std::move(child.task)](sys::Report& report) { return task(report); };
  } else {
    child.directory = recipe.directory();
    set_program(recipe, child);
    set_input(recipe, child);
  }
  return child;
}

/// Chooses the next file, in the child: PID 1 reads no directory of a hook.
sys::Choice for_each(const Recipe& recipe, const StartOptions& options) {
  return [&recipe, options](sys::Report& report) -> std::optional<sys::Child> {
    config::ForEach wanted = recipe.files();
    for (std::string& files : wanted.files) files = recipe.expand(files);
    Result<std::optional<std::string>> name = std::optional(options.same_file);
    if (options.same_file.empty()) name = hooks::next_file(wanted, options.last_file);
    if (!name) {
      sys::Child child;
      child.task = failing(recipe.basis().secrets().words_of(name.error()));
      return child;
    }
    if (!*name) return std::nullopt;
    report.set_line(**name);
    return child_for(std::make_shared<const OfFile>(recipe, hooks::file_variables(wanted, **name)),
                     options);
  };
}

}  // namespace

sys::Child program_of(const Recipe& recipe) {
  sys::Child child;
  child.directory = recipe.directory();
  set_program(recipe, child);
  return child;
}

sys::Child child_of(const Recipe& recipe, const StartOptions& options) {
  sys::Child child;
  set_surroundings(recipe, child);
  child.outlet = options.outlet;
  const config::Hook* hook = recipe.hook();
  if (hook != nullptr) {
    child.discard_output = hook->output == config::Output::discard;
    if (options.leaf && hook->condition) child.condition = condition(recipe, options.leaf);
  }
  if (options.only_asks) {
    child.task = [](sys::Report&) { return 0; };
    return child;
  }
  if (recipe.is_for_each()) {
    child.choice = for_each(recipe, options);
    return child;
  }
  set_input(recipe, child);
  if (recipe.command() == nullptr) {
    set_action(recipe, options.main_pid, child);
    return child;
  }
  set_program(recipe, child);
  if (hook != nullptr && hook->output == config::Output::file) {
    child.task = kept_output(recipe, child);
  } else if (options.viewer >= 0) {
    child.task = shown_output(child, options.viewer);
  }
  return child;
}

}  // namespace pintle::init
