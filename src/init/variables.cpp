#include "init/variables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "sys/cgroup.hpp"
#include "sys/walk.hpp"

namespace pintle::init {
namespace {

constexpr std::size_t kLargestFile = 1U << 20U;

struct Lack {
  std::string description{};
  bool is_message = false;
  bool is_empty = false;  ///< it is set, and to nothing
  bool is_too_long = false;
};
using Lacks = std::map<std::string, Lack>;

/// Sorted by their place in the config.
std::vector<std::pair<std::string, Lack>> by_place(
    const Lacks& missing, const decltype(config::Model::mentions)& places) {
  std::vector<std::pair<std::string, Lack>> all(missing.begin(), missing.end());
  const auto place = [&](const std::string& name) {
    const auto found = places.find(name);
    return found == places.end() ? config::Position{} : found->second;
  };
  std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) {
    return config::stands_before(place(a.first), place(b.first));
  });
  return all;
}

class Variables {
 public:
  Variables(RecipeDraft& recipes, Refusal& refusal) : recipes_(recipes), refusal_(refusal) {}

  /// Looks at the container's limits if a variable stands for one.
  void read_limits() {
    const auto asks = [](const config::Variables& all) {
      return std::any_of(all.begin(), all.end(),
                         [](const config::Variable& one) { return one.resource.has_value(); });
    };
    bool is_asked = asks(recipes_.model().environment);
    for (const Recipe* recipe : recipes_.running()) is_asked |= asks(recipe->wish().environment);
    if (!is_asked) return;
    const sys::ContainerLimits limits = sys::container_limits();
    recipes_.set_limits(limits.memory, limits.cpus);
  }

  /// Reads files in rounds, since the path of a file may come from another file.
  void read_files() {
    constexpr int kMostRounds = 8;
    for (int round = 0; round < kMostRounds; ++round) {
      const std::size_t before = asked_.size();
      for (const Recipe* recipe : recipes_.running()) {
        recipe->scope().for_files([&](const config::NamedFile& file) { read_file(file); });
      }
      if (asked_.size() == before) return;
    }
  }

  void report() {
    Lacks missing;
    std::set<std::string> wrong;
    std::set<std::string> known;  // those of the top level are every hook's
    for (const Recipe* recipe : recipes_.running()) {
      const config::Scope scope = recipe->scope();
      std::vector<config::MissingVariable> found = scope.missing();
      for (const std::string& text : recipe->texts()) {
        const auto expanded = config::expand(text, scope, found);
        if (!expanded) wrong.insert(recipe->name() + ": " + expanded.error().message());
      }
      for (const auto& variable : found) {
        if (variable.is_to_come) continue;
        Lack& lack = missing[variable.name];
        lack.is_too_long = lack.is_too_long || variable.is_too_long;
        const auto value = config::get(recipes_.around().environment, variable.name);
        lack.is_empty =
            lack.is_empty || scope.value(variable.name).value_or(value.value_or("-")).empty();
        const bool counts_more = variable.is_message && !lack.is_message;
        if (!lack.description.empty() && !counts_more) continue;
        lack.description = variable.description;
        lack.is_message = variable.is_message;
      }
      for (std::string& line : scope.problems()) wrong.insert(std::move(line));
      for (std::string& secret : scope.secrets()) known.insert(std::move(secret));
    }
    std::vector<std::string> secrets(known.begin(), known.end());
    for (const std::string& secret : known) {
      for (std::string& form : config::formatted(secret)) secrets.push_back(std::move(form));
    }
    recipes_.set_secrets(Secrets(std::move(secrets)));
    if (recipes_.around().runs_alone) return;  // what the service needs is not needed
    for (const auto& [name, lack] : by_place(missing, recipes_.model().mentions)) {
      report_missing(name, lack);
    }
    for (const std::string& line : wrong) refusal_.add(ExitCode::config, line);
    for (const Recipe* recipe : recipes_.running()) report_unread(*recipe);
  }

 private:
  void read_file(const config::NamedFile& file) {
    const std::string& name = file.variable.name;
    if (!asked_.emplace(name, file.path).second || recipes_.files().contains(file.path)) return;
    auto content = sys::read_trusted_file(file.path, kLargestFile);
    const bool is_absent = !content && content.error().code == ENOENT;
    if (is_absent && !file.is_by_variable) {
      without_file_[name] = fmt::format("its file '{}' does not exist", file.path);
      return;  // the container environment or a default may provide the value
    }
    if (!content) return refuse_file(file, content.error().message());
    if (content->find('\0') != std::string::npos) {
      return refuse_file(file,
                         fmt::format("'{}' holds a NUL byte, which no variable can", file.path));
    }
    while (content->ends_with('\n')) content->pop_back();
    if (content->empty()) without_file_[name] = fmt::format("its file '{}' is empty", file.path);
    recipes_.files()[file.path] = *std::move(content);
  }

  /// Refuses the file. The missing value of the variable is then not reported separately.
  void refuse_file(const config::NamedFile& file, const std::string& why) {
    without_file_[file.variable.name] = {};
    const auto value = config::get(recipes_.around().environment, file.variable.name);
    const bool is_set_twice = file.is_by_variable && value && !value->empty();
    if (recipes_.around().runs_alone || is_set_twice) return;  // the latter is told for itself
    const std::string& by = file.variable.file_variable;
    refusal_.add(ExitCode::config,
                 fmt::format("the variable {}{}: {}", file.variable.name,
                             file.is_by_variable ? fmt::format(", by {}", by) : "", why));
  }

  void report_missing(const std::string& name, const Lack& lack) {
    const auto file = without_file_.find(name);
    if (file != without_file_.end() && file->second.empty()) return;  // refused already
    if (lack.is_too_long) {
      refusal_.add(ExitCode::config,
                   fmt::format("the value of the variable {} is longer than 128KiB, the most that "
                               "a program can get",
                               name));
      return;
    }
    refusal_.add(ExitCode::config,
                 fmt::format("the variable {} is {}{}{}", name, lack.is_empty ? "empty" : "not set",
                             lack.description.empty() ? "" : fmt::format(" ({})", lack.description),
                             file == without_file_.end() ? "" : ": " + file->second));
  }

  /// Refuses a text for a number whose value comes from a file, since the parser did not know that
  /// value.
  void report_unread(const Recipe& recipe) {
    for (const std::string& text : recipe.unread()) {
      std::vector<config::MissingVariable> missing;
      (void)config::expand(text, recipe.scope(), missing);
      if (!missing.empty()) continue;
      refusal_.add(ExitCode::config,
                   fmt::format("{}: \"{}\" stands for a number, a duration or a boolean, which "
                               "cannot come from a file or a limit",
                               recipe.name(), one_line(text, 60)));
    }
  }

  RecipeDraft& recipes_;
  Refusal& refusal_;
  std::set<std::pair<std::string, std::string>> asked_{};  ///< variables and paths of their files
  std::map<std::string, std::string>
      without_file_{};  ///< for each variable, why its file gives no value; "": already reported
};

}  // namespace

void take_variables(RecipeDraft& recipes, Refusal& refusal) {
  Variables variables(recipes, refusal);
  variables.read_limits();
  variables.read_files();
  variables.report();
}

}  // namespace pintle::init
