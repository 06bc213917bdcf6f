#include "cli/notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/duration.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"
#include "config/expansion.hpp"
#include "hooks/texts.hpp"

namespace pintle::cli {
namespace {

using config::Variable;
using config::Variables;

class Notes {
 public:
  explicit Notes(const config::Model& model) : model_(model) {
    add_values(model.user, model.environment, {});
    add_values(model.main.identity.user, model.main.identity.environment,
               model.main.identity.environment);
    const std::vector<config::Role> roles = config::roles_in(model);
    for (const config::Role& role : roles) {
      const config::Hook& hook = *role.hook;
      add_values(hook.identity.user, hook.identity.environment, hook.identity.environment);
    }
    add_texts({model.working_directory}, {});
    for (const config::Role& role : roles) {
      const config::Hook& hook = *role.hook;
      if (const auto* command = std::get_if<config::Command>(&hook.action)) {
        add_command(*command, hook.identity.environment,
                    fmt::format("{} {}", config::name_of(hook.kind()), hook.id));
      }
      add_texts(hooks::texts_of(hook), hook.identity.environment);
      add_paths(hook);
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

  /// What is expanded before anything else is known.
  void add_values(const std::string& user, const Variables& variables, const Variables& own) {
    add_texts({user}, own);
    for (const Variable& variable : variables) {
      add_texts({variable.file, variable.value.value_or(""), variable.fallback.value_or("")}, own);
    }
  }

  void add_texts(const std::vector<std::string>& texts, const Variables& own) {
    for (const std::string& text : texts) {
      for (const std::string& name : config::names_in(text)) {
        if (name != "NOW" && declared(name, own) == nullptr) undeclared_.insert(name);
      }
    }
  }

  /// A pattern is a name like any other where none is taken.
  void add_paths(const config::Hook& hook) {
    const auto* use = std::get_if<config::Builtin>(&hook.action);
    if (use == nullptr) return;
    config::for_fields(*use, [&](const config::KeyInfo& key, const config::Field& field) {
      add_unverified(hook, key, field);
      const config::TextKind* kind = key.form.kind;
      if (kind == nullptr || !kind->is_path) return;
      const auto add = [&](const std::string& text) {
        const std::size_t slash = text.rfind('/') + 1;  // npos + 1 is 0
        const std::string_view plain =
            std::string_view(text).substr(0, kind->takes_pattern ? slash : text.size());
        if (plain.find_first_of("*?[") == std::string_view::npos) return;
        const std::string_view what =
            kind->takes_pattern ? "a pattern only in its last component" : "no pattern";
        shown_.push_back(fmt::format("{} {}: \"{}\" of \"{}\" takes {}; \"{}\" is one name",
                                     config::name_of(hook.kind()), hook.id, key.name,
                                     use->spec->name, what, one_line(text, 60)));
      };
      const auto* text = std::get_if<const std::string*>(&field);
      const auto* texts = std::get_if<const std::vector<std::string>*>(&field);
      if (text != nullptr) add(**text);
      if (texts != nullptr) std::for_each((*texts)->begin(), (*texts)->end(), add);
    });
  }

  void add_unverified(const config::Hook& hook, const config::KeyInfo& key,
                      const config::Field& field) {
    const auto* pairs = std::get_if<const config::Pairs*>(&field);
    const config::Pairs::value_type unverified{"verify", "false"};
    if (pairs == nullptr || key.name != "tls") return;
    if (std::find((*pairs)->begin(), (*pairs)->end(), unverified) == (*pairs)->end()) return;
    shown_.push_back(
        fmt::format("{} {}: with \"verify\": false any server is taken for the right one",
                    config::name_of(hook.kind()), hook.id));
  }

  void add_command(const config::Command& command, const Variables& own, const std::string& who) {
    const auto words = hooks::words_of(command);
    add_texts(words, own);
    std::set<std::string> secrets;
    for (const std::string& word : words) {
      for (const std::string& name : config::names_in(word)) {
        const config::Environ nothing;
        if (config::Scope(nothing, model_.environment, own).is_secret(name)) secrets.insert(name);
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

/// How long the steps of a list take, those in parallel at the same time, if `time` says how long
/// each does.
template <class Amount, class TimeOf>
Amount longest(const config::Model& model, const hooks::Graph& graph, TimeOf time) {
  std::vector<Amount> ends(graph.size());
  // Each round follows the order one step further; there is no cycle.
  for (std::size_t round = 0; round < graph.size(); ++round) {
    for (std::size_t step = 0; step < graph.size(); ++step) {
      Amount begin{};
      for (const std::size_t before : graph[step].precedents) begin = std::max(begin, ends[before]);
      ends[step] = begin + time(model.hooks[graph[step].hook]);
    }
  }
  return ends.empty() ? Amount{} : *std::max_element(ends.begin(), ends.end());
}

/// By their timeouts.
Duration longest_stop(const config::Model& model, const hooks::Graph& graph) {
  return longest<Duration>(model, graph, [](const config::Hook& hook) {
    return hook.timeout.value_or(Duration(0)) * (hook.retries + 1);
  });
}

/// What is bounded may still be cut short by the bound of the whole.
std::string note_on_stop(const Loaded& loaded) {
  const config::Shutdown& shutdown = loaded.model.shutdown;
  const Duration before = longest_stop(loaded.model, loaded.plan.before);
  const Duration after = longest_stop(loaded.model, loaded.plan.after);
  const Duration main = loaded.model.main.pauses ? Duration(0) : shutdown.grace_period;
  const Duration whole = before + main + after;
  if (before + after == Duration(0) || whole <= shutdown.total_grace_period) return {};
  return fmt::format(
      "a stop may take {} ({} before main, {} main, {} after it), but totalGracePeriod is {}: what "
      "takes longer is cut short",
      format_duration(whole), format_duration(before), format_duration(main),
      format_duration(after), format_duration(shutdown.total_grace_period));
}

/// If each step took one, all in a row would take as many as there are.
std::string note_on_parallelism(const Loaded& loaded) {
  const config::Model& model = loaded.model;
  const hooks::Graph& steps = loaded.plan.steps;
  const auto in_a_row =
      longest<std::size_t>(model, steps, [](const config::Hook&) { return std::size_t{1}; });
  if (model.parallelism || in_a_row == steps.size()) return {};
  return "some steps may run in parallel, but no more than there are CPUs, which may be one: set "
         "\"parallelism\" if steps need each other at the same time";
}

/// Without a startup check /startupz is content as soon as main has been started.
void add_notes_on_liveness(const config::Model& model, std::vector<std::string>& lines) {
  using config::Question;
  const auto is_startup = [](const config::Hook& hook) {
    const auto* check = hook.if_is<config::CheckPolicy>();
    return check != nullptr && check->question == Question::startup;
  };
  if (std::any_of(model.hooks.begin(), model.hooks.end(), is_startup)) return;
  for (const config::Hook& hook : model.hooks) {
    if (!config::may_end_main(hook) || hook.as<config::CheckPolicy>().start_period) continue;
    lines.push_back(fmt::format(
        "check {} ends a main that is slow to start, too: add a check of the kind \"startup\", or "
        "give this one a \"startPeriod\"",
        hook.id));
  }
}

std::string note_on_root(const Loaded& loaded) {
  const config::Model& model = loaded.model;
  const bool names_nobody = model.user.empty() && model.main.identity.user.empty();
  if (loaded.image_mode != config::ImageMode::prebuilt || !names_nobody) return {};
  if (model.main.pauses || (model.hooks.empty() && !model.main.command)) return {};
  return "no \"user\" is named: in a container that is started as root this is exit code 83, since "
         "the image mode is prebuilt";
}

/// What the start would refuse, as far as a user's name tells.
std::string note_on_init(const config::Model& model) {
  if (!model.init_as_main) return {};
  const auto user_of = [&](const config::Identity& identity) {
    return identity.user.empty() ? model.user : identity.user;
  };
  const std::string main = user_of(model.main.identity);
  std::string hooks;
  for (const config::Role& role : config::roles_in(model)) {
    const config::Hook& hook = *role.hook;
    if (role.root->kind() == config::Kind::step || user_of(hook.identity) == main) continue;
    hooks += fmt::format("{}{} {} ({})", hooks.empty() ? "" : ", ", config::name_of(hook.kind()),
                         hook.id, user_of(hook.identity));
  }
  if (hooks.empty()) return {};
  return fmt::format(
      "PID 1 takes main's user ({}) when init is over, so the start is refused unless these have "
      "the same: {}",
      main.empty() ? "the one of --user" : main, hooks);
}

}  // namespace

std::string note_on_zone(const config::Model& model, const config::Environ& container) {
  const Variables none;
  const auto zone = config::Scope(container, model.environment, none).value("TZ");
  constexpr std::string_view kUtc[] = {"", "UTC", "UTC0", "Etc/UTC", "GMT", "Etc/GMT", ":UTC"};
  if (!zone || std::find(std::begin(kUtc), std::end(kUtc), *zone) != std::end(kUtc)) return {};
  std::string jobs;
  for (const config::Hook& hook : model.hooks) {
    const auto* job = hook.if_is<config::JobPolicy>();
    const bool is_cron = job != nullptr && !job->schedule.text.empty();
    if (!is_cron || !job->schedule.timezone.empty()) continue;
    jobs += fmt::format("{}{}", jobs.empty() ? "" : ", ", hook.id);
  }
  if (jobs.empty()) return {};
  return fmt::format(
      "TZ is {}, but these jobs run by UTC: {}; name a \"timezone\" beside their "
      "schedule",
      shown_value(*zone), jobs);
}

std::vector<std::string> notes_on(const Loaded& loaded) {
  std::vector<std::string> lines = Notes(loaded.model).lines();
  for (std::string& line : notes_on_words(loaded.model)) lines.push_back(std::move(line));
  for (std::string& line : notes_on_users(loaded.model)) lines.push_back(std::move(line));
  lines.insert(lines.end(), loaded.notes.begin(), loaded.notes.end());
  add_notes_on_liveness(loaded.model, lines);
  for (std::string note : {note_on_stop(loaded), note_on_parallelism(loaded), note_on_root(loaded),
                           note_on_zone(loaded.model, {}), note_on_init(loaded.model)}) {
    if (!note.empty()) lines.push_back(std::move(note));
  }
  return lines;
}

}  // namespace pintle::cli
