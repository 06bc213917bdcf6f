// `pintle check [FILE]`: is this config all right? Needs no value of any variable, so that it can
// run while an image is built.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/config_file.hpp"
#include "config/environment.hpp"

namespace pintle::cli {
namespace {

using config::Hook;
using config::Kind;
using config::Model;

std::string counted(std::int64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string summary(const Model& model) {
  std::string text;
  for (const Kind kind : {Kind::step, Kind::check, Kind::job}) {
    const auto number =
        std::count_if(model.hooks.begin(), model.hooks.end(),
                      [&](const Hook& hook) { return hook.kind == kind && !hook.is_fallback; });
    text += fmt::format("{}{}", text.empty() ? "" : ", ", counted(number, config::name_of(kind)));
  }
  return text + (model.main.command ? ", main" : ", main from the command line");
}

/// Names that are used and stand in no `environment`: the container must set them.
class UndeclaredNames {
 public:
  explicit UndeclaredNames(const Model& model) : model_(model) {
    for (const Hook& hook : model.hooks) {
      if (const auto* command = std::get_if<config::Command>(&hook.action)) {
        add(*command, hook.identity.environment);
      }
    }
    if (model.main.command) add(*model.main.command, model.main.identity.environment);
  }

  const std::set<std::string>& names() const noexcept { return names_; }

 private:
  static bool declares(const config::Variables& variables, const std::string& name) {
    return std::any_of(variables.begin(), variables.end(),
                       [&](const config::Variable& one) { return one.name == name; });
  }

  void add(const config::Command& command, const config::Variables& own) {
    if (command.shell_form) return;
    add_text(command.program, own);
    for (const std::string& word : command.arguments) add_text(word, own);
  }

  void add_text(const std::string& text, const config::Variables& own) {
    for (const std::string& name : config::names_in(text)) {
      if (name != "NOW" && !declares(own, name) && !declares(model_.environment, name)) {
        names_.insert(name);
      }
    }
  }

  const Model& model_;
  std::set<std::string> names_;
};

}  // namespace

int check_command(int argc, char** argv) {
  if (argc > 2) return fail(ExitCode::usage, "check takes one file; see 'pintle help check'");
  const auto file = find_config(argc == 2 ? argv[1] : "");
  if (!file) {
    return fail(ExitCode::config, fmt::format("there is no config: {} does not exist, and neither "
                                              "FILE nor PINTLE_CONFIG names another",
                                              kStandardConfig));
  }
  const auto loaded = load_config(file, nullptr);
  if (!loaded) return fail(ExitCode::config, fmt::format("{} cannot be used", one_line(*file)));
  std::string text;
  const UndeclaredNames undeclared(loaded->model);  // the loop below does not keep it alive
  for (const std::string& name : undeclared.names()) {
    text += fmt::format("note: {} is declared nowhere; the container's environment must set it\n",
                        name);
  }
  text += fmt::format("{}: ok ({})\n", *file, summary(loaded->model));
  return print(text);
}

}  // namespace pintle::cli
