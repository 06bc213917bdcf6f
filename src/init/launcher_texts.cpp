// The launcher's part against texts that variables left empty, or made what they cannot be. As a
// path an empty text is the directory that the hook runs in, as a digest it proves nothing.
#include <fmt/format.h>

#include "base/shown.hpp"
#include "base/text.hpp"
#include "config/path.hpp"
#include "hooks/plan.hpp"
#include "hooks/texts.hpp"
#include "init/launcher.hpp"

namespace pintle::init {

/// True if its condition is known not to hold, or that of what it stands in for.
bool Launcher::is_ruled_out(Owner owner) const {
  const Owner origin = hooks::origin_of(model_, owner);
  const auto& condition = model_.hooks[origin].condition;
  if (!condition) return false;
  const auto known = [&](const config::Condition& leaf) { return known_leaf(origin, leaf); };
  return hooks::holds(*condition, known) == false;
}

/// What the parser could not judge yet.
void Launcher::refuse_if_wrong(Owner owner, std::string_view key, std::string_view text,
                               const Check& check) {
  if (text.find('$') == std::string_view::npos) return;
  std::vector<config::MissingVariable> missing;
  const auto expanded = config::expand(text, scope(owner), missing);
  if (!expanded || !missing.empty()) return;  // refused already
  const std::string wrong = check(*expanded);
  if (wrong.empty()) return;
  const auto masked = config::expand(text, scope(owner).masked(), missing);
  const std::string shown = masked ? one_line(shown_value(*masked), 120) : "***";
  refuse(ExitCode::config, fmt::format("{}: \"{}\": {}", who(owner), key,
                                       config::made_wrong(text, shown, scrub(wrong))));
}

void Launcher::refuse_if_wrong(Owner owner, const hooks::KeyText& one) {
  refuse_if_wrong(owner, one.key, one.text, [&](const std::string& expanded) {
    if (expanded.empty()) {
      refuse(ExitCode::config,
             fmt::format("{}: \"{}\" is empty: \"{}\" stands for nothing; give it a value",
                         who(owner), one.key, one_line(one.text, 60)));
      return std::string();
    }
    std::string wrong = one.is_path ? config::check_path(expanded) : std::string();
    if (!wrong.empty() || one.check == nullptr) return wrong;
    return one.check(expanded);
  });
}

/// What the shell makes of it is a success, and nothing else.
void Launcher::refuse_blank_line(Owner owner, const config::Command& program) {
  const config::Environ environ = environment(owner);
  const config::Variables none;
  std::vector<config::MissingVariable> unset;
  const auto line = config::expand(program.program, {environ, none, none}, unset);
  if (!line || !is_blank(*line)) return;
  refuse(ExitCode::config,
         fmt::format("{}: \"command\": of \"{}\" the shell makes nothing but blanks; declare the "
                     "variable, or give it a value",
                     who(owner), one_line(program.program, 60)));
}

void Launcher::refuse_wrong_program(Owner owner) {
  const config::Command* program = command(owner);
  if (program == nullptr) return;
  if (program->shell_form) return refuse_blank_line(owner, *program);
  if (owner == kMain && program->arguments.size() < around_.literal_words) return;
  refuse_if_wrong(owner, {"command", program->program, true, config::check_program_path});
}

/// The members of objects, which may be empty, and all parameters together.
void Launcher::refuse_wrong_use(Owner owner, const config::Builtin& use) {
  for (const config::ParamSpec& spec : use.spec->params) {
    if (spec.check_pair == nullptr) continue;
    for (const auto& [name, text] : use.params.pairs(spec.name)) {
      refuse_if_wrong(owner, name, text, [&, &key = name](const std::string& value) {
        return spec.check_pair(key, value);
      });
    }
  }
  if (use.spec->check == nullptr || refusal_.code != ExitCode::ok) return;
  const std::string wrong = use.spec->check(builtin(owner).params);
  if (wrong.empty()) return;
  refuse(ExitCode::config, fmt::format("{}: \"{}\": {}", who(owner), use.spec->name, scrub(wrong)));
}

void Launcher::refuse_wrong_texts() {
  for (const Owner owner : owners()) {
    if (owner != kMain && is_ruled_out(owner)) continue;
    const std::string& own = launch(owner).wish->working_directory;
    refuse_if_wrong(owner,
                    {"workingDirectory", own.empty() ? model_.working_directory : own, true});
    refuse_wrong_program(owner);
    if (owner == kMain) continue;
    const config::Hook& hook = model_.hooks[owner];
    for (const hooks::KeyText& one : hooks::filled_texts_of(hook)) refuse_if_wrong(owner, one);
    const auto* use = std::get_if<config::Builtin>(&hook.action);
    if (use != nullptr) refuse_wrong_use(owner, *use);
  }
}

}  // namespace pintle::init
