// The launcher's construction: who runs what, and everything that forbids a start.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "hooks/forbidden.hpp"
#include "hooks/texts.hpp"
#include "init/launcher.hpp"
#include "sys/walk.hpp"

namespace pintle::init {
using config::ImageMode;

namespace {

using Descriptions = std::map<std::string, std::string>;

/// As they come in the config, of which people read the first line first.
std::vector<std::pair<std::string, std::string>> by_place(
    const Descriptions& missing, const decltype(config::Model::mentions)& places) {
  std::vector<std::pair<std::string, std::string>> all(missing.begin(), missing.end());
  const auto place = [&](const std::string& name) {
    const auto found = places.find(name);
    return found == places.end() ? config::Position{} : found->second;
  };
  std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) {
    return config::stands_before(place(a.first), place(b.first));
  });
  return all;
}

}  // namespace

Launcher::Launcher(const config::Model& model, Surroundings surroundings)
    : model_(model), around_(std::move(surroundings)), hooks_(model.hooks.size()) {
  for (Owner owner = 0; owner < model_.hooks.size(); ++owner) {
    resolve_launch(owner, model_.hooks[owner].identity);
  }
  resolve_launch(kMain, model_.main.identity);
  choose_server();
  read_secret_files();
  report_variables();
  refuse_wrong_texts();
  resolve_kept_capabilities();
  if (refusal_.code != ExitCode::ok) return;
  refuse_shells();
  refuse_without_fetch();
  for (const Owner owner : owners()) refuse_unmapped(owner);
  if (around_.self.uid != 0) {
    refuse_other_users();
  } else {
    refuse_root_main();
    refuse_strangers_of_init();
  }
  refuse_without_capabilities();
  if (refusal_.code == ExitCode::ok) remark_on_file_privileges();
}

void Launcher::refuse(ExitCode code, std::string reason) {
  if (refusal_.code == ExitCode::ok) refusal_.code = code;
  const auto& told = refusal_.reasons;
  if (std::find(told.begin(), told.end(), reason) != told.end()) return;  // of a job's copy
  refusal_.reasons.push_back(std::move(reason));
}

std::string Launcher::who(Owner owner) const {
  if (owner == kMain) return "main";
  return fmt::format("{} {}", config::name_of(model_.hooks[owner].kind), model_.hooks[owner].id);
}

/// Every text of `owner` in which variables may stand.
std::vector<std::string> Launcher::texts(Owner owner) const {
  std::vector<std::string> all{launch(owner).wish->working_directory, model_.working_directory};
  const auto add = [&](const std::vector<std::string>& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  const auto* program = command(owner);
  if (owner == kMain) all.push_back(model_.listen.health);
  if (program != nullptr) {
    auto words = hooks::words_of(*program);
    if (owner == kMain && !words.empty()) words.resize(words.size() - around_.literal_words);
    add(words);
  }
  add(owner == kMain ? model_.unread : hooks::texts_of(model_.hooks[owner]));
  return all;
}

/// What stands for a number and has a value by now, which the parser did not know: a file's.
void Launcher::refuse_unread(Owner owner) {
  for (const std::string& text : owner == kMain ? model_.unread : model_.hooks[owner].unread) {
    std::vector<config::MissingVariable> missing;
    (void)config::expand(text, scope(owner), missing);
    if (!missing.empty()) continue;
    refuse(ExitCode::config,
           fmt::format("{}: \"{}\" stands for a number, a duration or a boolean, which cannot come "
                       "from a file",
                       who(owner), one_line(text, 60)));
  }
}

void Launcher::report_variables() {
  Descriptions missing;
  std::set<std::string> wrong;
  for (const Owner owner : owners()) {
    std::vector<config::MissingVariable> found = scope(owner).missing();
    for (const std::string& text : texts(owner)) (void)config::expand(text, scope(owner), found);
    for (const auto& variable : found) {
      std::string& description = missing[variable.name];
      if (description.empty()) description = variable.description;
    }
    for (std::string& line : scope(owner).problems()) wrong.insert(std::move(line));
    for (std::string& secret : scope(owner).secrets()) secrets_.push_back(std::move(secret));
  }
  for (const auto& [name, description] : by_place(missing, model_.mentions)) {
    const auto file = without_file_.find(name);
    if (file != without_file_.end() && file->second.empty()) continue;  // refused already
    refuse(ExitCode::config,
           fmt::format("the variable {} is not set{}{}", name,
                       description.empty() ? "" : fmt::format(" ({})", description),
                       file == without_file_.end() ? "" : ": " + file->second));
  }
  for (const std::string& line : wrong) refuse(ExitCode::config, line);
  for (const Owner owner : owners()) refuse_unread(owner);
  know_secrets_by_their_forms();
}

/// Messages show control characters in a form of their own, and what a hook writes comes by lines.
void Launcher::know_secrets_by_their_forms() {
  constexpr std::size_t kShortestLine = 4;  // "-" or "}" alone tells nothing
  for (std::size_t i = secrets_.size(); i-- > 0;) {
    const std::string secret = secrets_[i];
    std::string shown = one_line(secret, secret.size());
    if (shown == secret) continue;
    secrets_.push_back(std::move(shown));
    for (std::string_view rest = secret; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      if (line.size() >= kShortestLine) secrets_.emplace_back(line);
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
  }
  // The longest first, so that one secret within another leaves nothing of it.
  std::sort(secrets_.begin(), secrets_.end(),
            [](const auto& a, const auto& b) { return a.size() > b.size(); });
  secrets_.erase(std::unique(secrets_.begin(), secrets_.end()), secrets_.end());
}

/// Once, before anything runs: the files that variables take their values from.
void Launcher::read_secret_files() {
  for (const config::Variable& variable : model_.environment) read_secret_file(variable);
  for (const Owner owner : owners()) {
    for (const config::Variable& variable : launch(owner).wish->environment) {
      read_secret_file(variable);
    }
  }
}

void Launcher::read_secret_file(const config::Variable& variable) {
  constexpr std::size_t kLargestSecret = 1U << 20U;
  if (variable.file.empty() || files_.contains(variable.file)) return;
  auto content = sys::read_trusted_file(variable.file, kLargestSecret);
  if (!content && content.error().code == ENOENT) {
    without_file_[variable.name] = fmt::format("its file '{}' does not exist", variable.file);
    return;  // the container's environment, or a default, may have it
  }
  if (!content) return refuse_file(variable, content.error().message());
  if (content->find('\0') != std::string::npos) {
    return refuse_file(variable,
                       fmt::format("'{}' holds a NUL byte, which no variable can", variable.file));
  }
  while (content->ends_with('\n')) content->pop_back();
  if (content->empty()) {
    without_file_[variable.name] = fmt::format("its file '{}' is empty", variable.file);
  }
  files_[variable.file] = *std::move(content);
}

/// The real reason; that the variable has no value is none of its own.
void Launcher::refuse_file(const config::Variable& variable, const std::string& why) {
  without_file_[variable.name] = {};
  refuse(ExitCode::config, fmt::format("the variable {}: {}", variable.name, why));
}

/// Prebuilt: no hook is a shell, a package manager, or a script for a shell.
void Launcher::refuse_shells() {
  if (around_.image_mode != ImageMode::prebuilt) return;
  for (const Owner owner : owners()) {
    const config::Command* program = command(owner);
    if (program == nullptr || (owner == kMain && !program->shell_form)) continue;
    sys::Child started;
    started.directory = directory(owner);
    set_program(owner, *program, started);
    const std::string why = program->shell_form
                                ? std::string("its command needs a shell")
                                : hooks::why_forbidden(started.argv, started.candidates);
    if (why.empty()) continue;
    // Said of words without secrets: of one that is cut, the rest would not be recognized.
    for (std::string& word : started.argv) word = scrub(std::move(word));
    std::string said =
        program->shell_form ? why : hooks::why_forbidden(started.argv, started.candidates);
    refuse(ExitCode::refused, hooks::refusal(who(owner), scrub(said.empty() ? why : said)));
  }
}

/// An image into which pintle was copied alone would fail in the middle of its start.
void Launcher::refuse_without_fetch() {
  if (::access(around_.fetch_program.c_str(), X_OK) == 0) return;
  for (const Owner owner : owners()) {
    if (owner == kMain || !is_apart(owner)) continue;
    const auto& use = std::get<config::Builtin>(model_.hooks[owner].action);
    refuse(
        ExitCode::config,
        fmt::format("{}: \"{}\" is done by '{}', which is not there; copy it to where pintle is: "
                    "COPY --from=pintle / /",
                    who(owner), use.spec->name, around_.fetch_program));
  }
}

}  // namespace pintle::init
