#include "cli/notes_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/shown.hpp"
#include "base/text.hpp"
#include "hooks/texts.hpp"
#include "sys/identity.hpp"

namespace pintle::cli {
namespace {

/// Of `{1,3}`, which repeats in a regular expression, and of JSON no shell would make words.
bool is_brace_list(std::string_view inside) noexcept {
  const bool is_list = inside.find(',') != inside.npos || inside.find("..") != inside.npos;
  const bool has_other = inside.find_first_of(" \t\n\"':$(){};") != inside.npos;
  return is_list && !has_other && inside.find_first_not_of("0123456789,") != inside.npos;
}

/// True for "x{a,b}" and "x{1..3}".
bool has_brace_list(std::string_view text) noexcept {
  for (std::size_t begin = text.find('{'); begin != text.npos; begin = text.find('{', begin + 1)) {
    const std::size_t end = text.find('}', begin);
    if (end == text.npos) return false;
    const bool is_variable = begin > 0 && text[begin - 1] == '$';
    if (!is_variable && is_brace_list(text.substr(begin + 1, end - begin - 1))) return true;
  }
  return false;
}

std::string hook_name_of(const config::Hook& hook) {
  return fmt::format("{} {}", config::name_of(hook.kind()), hook.id);
}

class WordNotes {
 public:
  explicit WordNotes(const config::Model& model) {
    add_directory("the config", model.working_directory);
    for (const config::Role& role : config::roles_in(model)) add_hook(*role.hook);
    add_directory("main", model.main.identity.working_directory);
    if (model.main.command) add_command("main", *model.main.command);
  }

  std::vector<std::string> take_lines() { return std::move(lines_); }

 private:
  void add_hook(const config::Hook& hook) {
    const std::string who = hook_name_of(hook);
    const auto* command = std::get_if<config::Command>(&hook.action);
    if (command != nullptr) add_command(who, *command);
    add_directory(who, hook.identity.working_directory);
    for (const hooks::KeyText& one : hooks::filled_texts_of(hook)) {
      const bool is_path = one.kind != nullptr && one.kind->is_path;
      if (!is_path && one.key != "pattern") continue;
      add(who, fmt::format("the braces in \"{}\"", one.key), one.text);
    }
  }

  void add_directory(const std::string& who, const std::string& directory) {
    add(who, "the braces in \"workingDirectory\"", directory);
  }

  void add_command(const std::string& who, const config::Command& command) {
    if (command.shell_form && has_brace_list(command.program)) {
      lines_.push_back(
          fmt::format("{}: many a /bin/sh (dash, for one) leaves the braces in \"{}\" as they are",
                      who, one_line(command.program, 60)));
    }
    for (const std::string& word : hooks::words_of(command)) {
      add(who, "the braces in a word of \"command\"", word);
    }
  }

  void add(const std::string& who, const std::string& what, const std::string& text) {
    if (!has_brace_list(text)) return;
    lines_.push_back(
        fmt::format("{}: {} stay as they are: \"{}\" is one text, no shell makes more "
                    "of it",
                    who, what, one_line(text, 60)));
  }

  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> notes_on_words(const config::Model& model) {
  return WordNotes(model).take_lines();
}

std::vector<std::string> notes_on_users(const config::Model& model) {
  const sys::Accounts accounts = sys::read_accounts();
  std::vector<std::string> lines;
  std::set<std::string> told;
  const auto add = [&](const std::string& who, const std::string& user) {
    const bool is_number = !user.empty() && user.front() >= '0' && user.front() <= '9';
    if (!is_number || !told.insert(user).second) return;
    const auto identity = sys::resolve_user(user, accounts);
    if (identity) return;
    lines.push_back(
        fmt::format("{}: the \"user\" {} would end a start as root here with exit code "
                    "78: {}",
                    who, shown_value(user), identity.error().detail));
  };
  add("the config", model.user);
  add("main", model.main.identity.user);
  for (const config::Role& role : config::roles_in(model)) {
    add(hook_name_of(*role.hook), role.hook->identity.user);
  }
  return lines;
}

}  // namespace pintle::cli
