#include "hooks/forbidden.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <memory>

#include "base/shown.hpp"
#include "base/text.hpp"
#include "hooks/plan.hpp"
#include "hooks/texts.hpp"
#include "sys/file.hpp"

namespace pintle::hooks {
namespace {

struct Row {
  std::string_view kind;
  std::string_view name;
};
constexpr std::string_view kShell = "a shell";
constexpr std::string_view kManager = "a package manager";
constexpr Row kRows[] = {
    {kShell, "sh"},          {kShell, "bash"},        {kShell, "dash"},
    {kShell, "ash"},         {kShell, "zsh"},         {kShell, "ksh"},
    {kShell, "ksh93"},       {kShell, "mksh"},        {kShell, "csh"},
    {kShell, "tcsh"},        {kShell, "fish"},        {kShell, "rbash"},
    {kShell, "busybox"},     {kShell, "toybox"},      {kShell, "yash"},
    {kShell, "posh"},        {kShell, "bash-static"}, {kShell, "busybox.static"},
    {kShell, "mksh-static"}, {kManager, "apk"},       {kManager, "apt"},
    {kManager, "apt-get"},   {kManager, "aptitude"},  {kManager, "dpkg"},
    {kManager, "rpm"},       {kManager, "dnf"},       {kManager, "microdnf"},
    {kManager, "yum"},       {kManager, "tdnf"},      {kManager, "zypper"},
    {kManager, "pacman"},    {kManager, "opkg"},
};

/// Programs that start another program named by their arguments, as env(1) does. Which argument
/// that is depends on their options, which this table does not describe.
constexpr std::string_view kLaunchers[] = {"nice",    "timeout", "setsid",  "nohup",   "stdbuf",
                                           "xargs",   "chroot",  "su",      "setpriv", "ionice",
                                           "taskset", "chrt",    "unshare", "nsenter"};

std::vector<std::string> words_in(std::string_view line) {
  std::vector<std::string> words;
  while (!line.empty()) {
    const std::size_t begin = std::min(line.find_first_not_of(" \t\r"), line.size());
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find_first_of(" \t\r"), line.size());
    if (end > 0) words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return words;
}

/// Splits a string as `env -S` does, but without its quoting rules: they do not matter for
/// recognizing a name.
std::vector<std::string> split_string(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '\\' && i + 1 < text.size();
    const char c = is_escape ? text[++i] : text[i];
    const bool begins_word = plain.empty() || plain.back() == ' ';
    if (is_escape ? c == 'c' : c == '#' && begins_word) break;  // env(1): the rest is ignored
    if (is_escape && std::string_view("_tnvfr").find(c) != std::string_view::npos) {
      plain += ' ';
    } else if (is_escape || (c != '\'' && c != '"')) {
      plain += c == '\t' ? ' ' : c;
    }
  }
  return words_in(plain);
}

bool is_launcher(std::string_view program) noexcept {
  const std::string_view base = base_name(program);
  return base.starts_with("ld-linux") || base.starts_with("ld-musl") ||
         std::find(std::begin(kLaunchers), std::end(kLaunchers), base) != std::end(kLaunchers);
}

/// The program that the words from `from` on start. For a launcher, that is the first forbidden
/// word after it, if there is one.
std::string started_by(const std::vector<std::string>& words, std::size_t from) {
  if (!is_launcher(words[from])) return words[from];
  for (std::size_t i = from + 1; i < words.size(); ++i) {
    if (!kind_of_forbidden(words[i]).empty()) return words[i];
  }
  return words[from];
}

/// The position in an option of env(1) after which its value begins: that of the letter or "=" of
/// -u, -C, -S and their long forms. npos if the option has no value.
std::size_t value_begin(std::string_view option) noexcept {
  const bool is_long = option.starts_with("--");
  if (!is_long) return option.find_first_of("uCS", 1);
  const bool takes_one =
      option.starts_with("--u") || option.starts_with("--c") || option.starts_with("--s");
  return takes_one ? std::min(option.find('='), option.size() - 1) : std::string_view::npos;
}

bool is_split(std::string_view option, std::size_t at) noexcept {
  return option.starts_with("--") ? option.starts_with("--s") : option[at] == 'S';
}

/// The program that env(1) would start: the first word that is not an option, an assignment or env.
std::string program_after_env(std::vector<std::string> words, std::size_t from) {
  for (std::size_t i = from; i < words.size(); ++i) {
    std::string word = words[i];
    if (!word.starts_with("-")) {
      if (word.find('=') == std::string::npos && base_name(word) != "env") {
        return started_by(words, i);
      }
      continue;
    }
    const std::size_t at = value_begin(word);
    if (at == std::string::npos) continue;
    const bool is_next = at + 1 == word.size();
    if (is_next && ++i == words.size()) break;
    if (!is_split(word, at)) continue;
    const auto inside = split_string(is_next ? words[i] : word.substr(at + 1));
    words.insert(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, inside.begin(), inside.end());
  }
  return {};
}

std::string resolve_links(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  return real == nullptr ? std::string() : std::string(real.get());
}

std::string why_name(std::string_view name, std::string_view what) {
  if (name.find("${") != std::string_view::npos) {  // env -S expands variables
    return fmt::format("{} may be a shell", what);
  }
  const std::string_view kind = kind_of_forbidden(name);
  return kind.empty() ? std::string() : fmt::format("{} is {}", what, kind);
}

/// Checks the program that env(1) or a launcher would start. `path` may be another name of env.
std::string why_env(const std::string& path, const std::vector<std::string>& argv) {
  const bool is_env = !is_launcher(path);
  const std::string program = is_env ? program_after_env(argv, 1) : started_by(argv, 0);
  return why_name(program,
                  fmt::format("'{}' starts '{}', which", shown_value(path), shown_value(program)));
}

/// An interpreter may be a script itself, execve(2).
std::string why_script(const std::string& path, std::string file) {
  constexpr int kDeepest = 5;  // deeper than the kernel goes
  for (int depth = 0; depth < kDeepest; ++depth) {
    const std::string head = sys::read_head(file);
    const std::string interpreter = interpreter_of(head.substr(0, head.find('\n')));
    if (interpreter.empty()) return {};
    const std::string what =
        fmt::format("'{}' is a script for '{}', which", shown_value(path), interpreter);
    std::string why = why_name(interpreter, what);
    if (!why.empty() || interpreter.find('/') == std::string::npos) return why;
    file = resolve_links(interpreter);
    why = why_name(file, what);
    if (!why.empty()) return why;
  }
  return {};
}

std::string why_file(const std::string& path, const std::vector<std::string>& argv) {
  const std::string real = resolve_links(path);
  if (real.empty()) return {};
  std::string why = why_name(
      real, fmt::format("'{}' is a link to '{}', which", shown_value(path), shown_value(real)));
  if (why.empty() && base_name(real) == "env") why = why_env(path, argv);
  return why.empty() ? why_script(path, real) : why;
}

}  // namespace

std::string_view kind_of_forbidden(std::string_view name) noexcept {
  const std::string_view base = base_name(name);
  for (const Row& row : kRows) {
    if (row.name == base) return row.kind;
  }
  return {};
}

std::string interpreter_of(std::string_view line) {
  if (!line.starts_with("#!")) return {};
  const auto words = words_in(line.substr(2));
  if (words.empty()) return {};
  return base_name(words.front()) == "env" ? program_after_env(words, 1) : started_by(words, 0);
}

std::string refusal(std::string_view who, std::string_view why) {
  return fmt::format(
      "{}: {}, which IMAGE_MODE=prebuilt does not allow; use a built-in or a program, or list the "
      "step for \"imageModes\": [\"layered\"] only",
      who, why);
}

std::vector<std::string> refused_as_written(const config::Model& model) {
  std::vector<std::string> lines;
  for (const config::Role& role : config::roles_in(model)) {
    const config::Hook& hook = *role.hook;
    const auto* command = std::get_if<config::Command>(&hook.action);
    if (command == nullptr || !runs_in(model, *role.root, config::ImageMode::prebuilt)) continue;
    std::string why = "its command needs a shell";
    if (!command->shell_form) {
      why = why_forbidden(words_of(*command), {});
    }
    if (why.empty()) continue;
    lines.push_back(refusal(fmt::format("{} {}", config::name_of(hook.kind()), hook.id), why));
  }
  return lines;
}

std::string why_forbidden(const std::vector<std::string>& argv,
                          const std::vector<std::string>& candidates) {
  std::string why = why_name(argv.front(), fmt::format("'{}'", shown_value(argv.front())));
  if (!why.empty()) return why;
  if (base_name(argv.front()) == "env" || is_launcher(argv.front())) {
    why = why_env(argv.front(), argv);
    if (!why.empty()) return why;
  }
  for (const std::string& path : candidates) {
    if (!resolve_links(path).empty()) return why_file(path, argv);
  }
  return {};
}

}  // namespace pintle::hooks
