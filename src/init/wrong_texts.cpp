#include "init/wrong_texts.hpp"

#include <fmt/format.h>

#include <functional>

#include "base/shown.hpp"
#include "base/text.hpp"
#include "base/words.hpp"
#include "config/path.hpp"
#include "hooks/texts.hpp"
#include "init/programs.hpp"
#include "sys/spawn.hpp"

namespace pintle::init {
namespace {

/// The reason if only the hidden part of the text is wrong.
constexpr const char* kHidden =
    "it cannot be used; the reason is in a part that is not shown, since it may be a password";

using Check = std::function<std::string(const std::string& expanded)>;

/// Checks the texts of one hook or of main.
class Texts {
 public:
  Texts(const Recipe& recipe, Refusal& refusal)
      : recipe_(recipe), scope_(recipe.scope()), refusal_(refusal) {}

  void check_all() {
    check_filled({"user", recipe_.user_text(), nullptr});
    check_filled({"workingDirectory", recipe_.directory_text(), &config::kPath});
    check_program();
    check_input();
    if (recipe_.is_main()) return;
    for (const hooks::KeyText& one : hooks::filled_texts_of(*recipe_.hook())) check_filled(one);
    const auto* use = std::get_if<config::Builtin>(&recipe_.hook()->action);
    if (use != nullptr) check_builtin(*use);
  }

 private:
  void refuse(const std::string& why) {
    refusal_.add(ExitCode::config, fmt::format("{}: {}", recipe_.name(), why));
  }

  /// The expanded text; nullopt if it contains no variable, or one that was refused already.
  std::optional<std::string> value_of(std::string_view text) const {
    if (config::is_final(text)) return std::nullopt;
    std::vector<config::MissingVariable> missing;
    auto expanded = config::expand(text, scope_, missing);
    if (!expanded || !missing.empty()) return std::nullopt;
    return *std::move(expanded);
  }

  void check(std::string_view key, std::string_view text, const Check& why_wrong) {
    const auto value = value_of(text);
    if (!value || why_wrong(*value).empty()) return;
    std::vector<config::MissingVariable> missing;
    // Secrets are masked before the message cuts the value: a part of a secret would not be
    // recognized.
    const auto expanded = config::expand(text, scope_.masked(), missing);
    const std::string masked = expanded ? *expanded : "***";
    std::string wrong = why_wrong(masked);
    if (wrong.empty()) wrong = kHidden;
    refuse(fmt::format("\"{}\": {}", key,
                       config::made_wrong(text, one_line(shown_value(masked), 120), wrong)));
  }

  void check_filled(const hooks::KeyText& one) {
    const auto value = value_of(one.text);
    if (!value) return;
    if (value->empty()) {
      return refuse(fmt::format("\"{}\" is empty: \"{}\" stands for nothing; give it a value",
                                one.key, one_line(one.text, 60)));
    }
    if (one.kind == nullptr) return;
    check(one.key, one.text,
          [&](const std::string& text) { return config::check_text(*one.kind, text); });
  }

  void check_input() {
    const config::Identity& wish = recipe_.wish();
    if (recipe_.is_main() && wish.input == config::Input::file) {
      check_filled({"stdin", wish.input_text, &config::kPath});
    }
    const bool is_text = wish.input == config::Input::text;
    if (is_text && recipe_.expand(wish.input_text).size() > sys::kMostInputText) {
      refuse("\"stdin\": the text is longer than 64KiB; put it into a file");
    }
  }

  void check_program() {
    const config::Command* program = recipe_.command();
    if (program == nullptr) return;
    if (program->shell_form) return check_line(*program);
    check_words();
    const bool is_literal =
        recipe_.is_main() && program->arguments.size() < recipe_.around().literal_words;
    if (!is_literal) check_filled({"command", program->program, &config::kProgramPath});
  }

  /// Refuses texts that cannot be split into words.
  void check_words() {
    for (const config::Argument* one : recipe_.arguments()) {
      if (one->type != config::Argument::Type::words) continue;
      const auto value = value_of(one->text);
      const auto words = value ? split_words(*value) : std::vector<std::string>();
      if (words) continue;
      refuse(fmt::format("\"arguments\": the words of \"{}\": {}", one_line(one->text, 60),
                         words.error().detail));
    }
  }

  /// Refuses a shell line that is blank after expansion: the shell would do nothing and succeed.
  void check_line(const config::Command& program) {
    const config::Environ environ = recipe_.environment();
    const config::Variables none;
    std::vector<config::MissingVariable> unset;
    const auto line = config::expand(program.program, {environ, none, none}, unset);
    if (!line || !is_blank(*line)) return;
    refuse(
        fmt::format("\"command\": the shell expands \"{}\" to nothing but blanks; declare the "
                    "variable, or give it a value",
                    one_line(program.program, 60)));
  }

  /// Checks the members of objects, which may be empty, and all parameters together.
  void check_builtin(const config::Builtin& use) {
    config::for_fields(use, [&](const config::KeyInfo& key, const config::Field& field) {
      const auto* pairs = std::get_if<const config::Pairs*>(&field);
      if (pairs == nullptr || key.form.check_member == nullptr) return;
      for (const auto& [name, text] : **pairs) {
        check(name, text, [&, &member = name](const std::string& value) {
          return key.form.check_member(member, value);
        });
      }
    });
    if (!refusal_.is_none() || config::wrong_together(recipe_.builtin()).empty()) return;
    std::string wrong = config::wrong_together(recipe_.masked_builtin());
    if (wrong.empty()) wrong = kHidden;
    refuse(fmt::format("\"{}\": {}", use.spec->name, wrong));
  }

  const Recipe& recipe_;
  const config::Scope scope_;
  Refusal& refusal_;
};

}  // namespace

std::string why_wrong_now(const Recipe& recipe) {
  const config::Scope variables = recipe.scope();
  std::vector<config::MissingVariable> missing;
  for (const std::string& text : recipe.texts()) (void)config::expand(text, variables, missing);
  if (!missing.empty()) {
    const config::MissingVariable& first = missing.front();
    return fmt::format("the variable {} is {}", first.name,
                       first.is_too_long ? "longer than 128KiB" : "not set");
  }
  Refusal refusal;
  Texts(recipe, refusal).check_all();
  if (refusal.is_none()) {
    if (std::string why = why_shell(recipe); !why.empty()) refusal.add(ExitCode::refused, why);
  }
  if (refusal.is_none()) return {};
  std::string why = refusal.reasons.front();
  const std::string who = recipe.name() + ": ";  // the line that it gets into says it
  if (why.starts_with(who)) why.erase(0, who.size());
  return recipe.basis().secrets().scrub_cut(std::move(why));
}

void refuse_wrong_texts(const Recipes& recipes, Refusal& refusal) {
  for (const Recipe* recipe : recipes.running()) {
    Texts(*recipe, refusal).check_all();
  }
}

}  // namespace pintle::init
