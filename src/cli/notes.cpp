#include "cli/notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/duration.hpp"
#include "config/environment.hpp"
#include "hooks/texts.hpp"

namespace pintle::cli {
namespace {

using config::Variable;
using config::Variables;

class Notes {
 public:
  explicit Notes(const config::Model& model) : model_(model) {
    add_texts({model.working_directory}, {});
    for (const config::Hook& hook : model.hooks) {
      if (const auto* command = std::get_if<config::Command>(&hook.action)) {
        add_command(*command, hook.identity.environment,
                    fmt::format("{} {}", config::name_of(hook.kind), hook.id));
      }
      add_texts(hooks::texts_of(hook), hook.identity.environment);
    }
    add_texts(model.unread, {});
    add_texts({model.main.identity.working_directory}, model.main.identity.environment);
    if (model.main.command) {
      add_command(*model.main.command, model.main.identity.environment, "main");
    }
  }

  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const std::string& name : undeclared_) {
      lines.push_back(
          fmt::format("{} is declared nowhere; the container's environment must set it", name));
    }
    lines.insert(lines.end(), shown_.begin(), shown_.end());
    return lines;
  }

 private:
  static const Variable* find(const Variables& variables, const std::string& name) {
    const auto found = std::find_if(variables.begin(), variables.end(),
                                    [&](const Variable& one) { return one.name == name; });
    return found == variables.end() ? nullptr : &*found;
  }

  /// What `name` is to a hook with these variables of its own; nullptr if nobody declares it.
  const Variable* declared(const std::string& name, const Variables& own) const {
    const Variable* variable = find(own, name);
    return variable != nullptr ? variable : find(model_.environment, name);
  }

  void add_texts(const std::vector<std::string>& texts, const Variables& own) {
    for (const std::string& text : texts) {
      for (const std::string& name : config::names_in(text)) {
        if (name != "NOW" && declared(name, own) == nullptr) undeclared_.insert(name);
      }
    }
  }

  void add_command(const config::Command& command, const Variables& own, const std::string& who) {
    const auto words = hooks::words_of(command);
    add_texts(words, own);
    std::set<std::string> secrets;
    for (const std::string& word : words) {
      for (const std::string& name : config::names_in(word)) {
        const Variable* variable = declared(name, own);
        if (variable != nullptr ? config::is_secret(*variable) : config::is_secret_name(name)) {
          secrets.insert(name);
        }
      }
    }
    for (const std::string& name : secrets) {
      shown_.push_back(fmt::format(
          "{}: the secret {} becomes an argument, which /proc/PID/cmdline shows", who, name));
    }
  }

  const config::Model& model_;
  std::set<std::string> undeclared_;
  std::vector<std::string> shown_;
};

/// How long the steps of a list may take by their timeouts, those in parallel at the same time.
Duration longest(const config::Model& model, const hooks::Graph& graph) {
  std::vector<Duration> ends(graph.size());
  // Each round follows the order one step further; there is no cycle.
  for (std::size_t round = 0; round < graph.size(); ++round) {
    for (std::size_t step = 0; step < graph.size(); ++step) {
      const config::Hook& hook = model.hooks[graph[step].hook];
      Duration begin{};
      for (const std::size_t before : graph[step].precedents) begin = std::max(begin, ends[before]);
      ends[step] = begin + hook.timeout.value_or(Duration(0)) * (hook.retries + 1);
    }
  }
  return ends.empty() ? Duration(0) : *std::max_element(ends.begin(), ends.end());
}

/// What is bounded may still be cut short by the bound of the whole.
std::string note_on_stop(const Loaded& loaded) {
  const config::Shutdown& shutdown = loaded.model.shutdown;
  const Duration before = longest(loaded.model, loaded.plan.before);
  const Duration after = longest(loaded.model, loaded.plan.after);
  const Duration main = loaded.model.main.pauses ? Duration(0) : shutdown.grace_period;
  const Duration whole = before + main + after;
  if (before + after == Duration(0) || whole <= shutdown.total_grace_period) return {};
  return fmt::format(
      "a stop may take {} ({} before main, {} main, {} after it), but totalGracePeriod is {}: what "
      "takes longer is cut short",
      format_duration(whole), format_duration(before), format_duration(main),
      format_duration(after), format_duration(shutdown.total_grace_period));
}

}  // namespace

std::vector<std::string> notes_on(const Loaded& loaded) {
  std::vector<std::string> lines = Notes(loaded.model).lines();
  lines.insert(lines.end(), loaded.notes.begin(), loaded.notes.end());
  if (std::string note = note_on_stop(loaded); !note.empty()) lines.push_back(std::move(note));
  return lines;
}

}  // namespace pintle::cli
