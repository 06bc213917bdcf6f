#include "cli/command_line.hpp"

#include <algorithm>

#include "base/pattern.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "config/proof.hpp"
#include "hooks/plan.hpp"

namespace pintle::cli {
namespace {

using config::Argument;
using config::CommandLine;
using config::Main;
using Words = std::vector<std::string>;

/// COMMAND begins with main's own name. If it repeats main's arguments as well, as a Compose file
/// does that names the whole command, they are not given twice.
void leave_out_own(const config::Command& main, Words& words) {
  words.erase(words.begin());
  const auto is_same = [](const Argument& argument, const std::string& word) {
    return argument.type == Argument::Type::text && argument.text == word;
  };
  const std::vector<Argument>& own = main.arguments;
  const auto [rest, first_other] =
      std::mismatch(own.begin(), own.end(), words.begin(), words.end(), is_same);
  if (rest == own.end()) words.erase(words.begin(), first_other);
}

bool is_subcommand(const Main& main, const std::string& word) {
  return !main.subcommands.empty() && Pattern("^(" + main.subcommands + ")$").is_in(word);
}

/// Nothing of it is left but its proof.
void leave_out_service(Loaded& loaded) {
  config::Model& model = loaded.model;
  std::erase_if(model.hooks, [](const config::Hook& one) { return !config::is_proof(one); });
  config::Problems none;
  loaded.plan = hooks::make_plan(model, loaded.image_mode, none);
  model.listen = {};
  model.main.notify = config::Notify::none;
  model.main.signals.clear();
  model.main.success_codes.clear();
}

}  // namespace

Result<TakenCommand> take_command(Loaded& loaded, Words words) {
  Main& main = loaded.model.main;
  TakenCommand taken;
  main.pauses = false;
  bool follows = main.command_line == CommandLine::append;
  if (main.command_line == CommandLine::options) {
    const std::string& program = main.command->program;
    const std::string& first = words.front();
    const bool is_name = first == program || first == base_name(program);
    follows = is_name || first.starts_with('-') || is_subcommand(main, first);
    taken.runs_alone = !follows;
    if (is_name) leave_out_own(*main.command, words);
  }
  if (!follows && words.front().empty()) {
    return usage_error("the first word of the command line, the program, is empty");
  }
  if (taken.runs_alone) leave_out_service(loaded);
  taken.literal_words = words.size();
  auto word = words.begin();
  if (!follows && main.command) taken.replaced = main.command->program;
  if (!follows) {
    // What must be proven of main, must be proven of whatever replaces it.
    auto verify = main.command ? main.command->verify : std::nullopt;
    main.command = config::Command{.program = *word++, .verify = std::move(verify)};
  }
  for (; word != words.end(); ++word) main.command->arguments.push_back({*word});
  return taken;
}

}  // namespace pintle::cli
