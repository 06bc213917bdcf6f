#include "cli/notes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/duration.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"
#include "cli/notes_names.hpp"
#include "cli/notes_patterns.hpp"
#include "cli/notes_words.hpp"
#include "config/scope.hpp"
#include "hooks/forbidden.hpp"
#include "hooks/pinned.hpp"

namespace pintle::cli {
namespace {

using config::Variables;

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
      "takes longer is killed",
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
    if (!config::may_stop_main(hook) || hook.as<config::CheckPolicy>().start_period) continue;
    lines.push_back(fmt::format(
        "check {} also stops a main that is slow to start: add a check of the kind \"startup\", or "
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
      "TZ is {}, but these jobs use UTC: {}; set a \"timezone\" beside their "
      "schedule",
      shown_value(*zone), jobs);
}

std::vector<std::string> notes_on(const Loaded& loaded) {
  std::vector<std::string> lines = notes_on_names(loaded);
  for (std::string& line : notes_on_patterns(loaded.model)) lines.push_back(std::move(line));
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

std::vector<std::string> refused_in(const Loaded& loaded) {
  std::vector<std::string> lines;
  if (loaded.image_mode == config::ImageMode::prebuilt) {
    lines = hooks::refused_as_written(loaded.model);
  }
  for (std::string& line : hooks::not_pinned(loaded.model, loaded.image_mode)) {
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace pintle::cli
