// `pintle plan [--json] [--dry-run] [--next N [--at TIME]] [FILE] [-- COMMAND]`: what would run, in
// what order, as whom. It runs nothing, shows texts before expansion, and says the same on every
// run, unless a dry run or the next times from now are wanted.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/config_file.hpp"
#include "cli/dry_run.hpp"
#include "cli/next_runs.hpp"
#include "cli/notes.hpp"
#include "cli/options.hpp"
#include "cli/plan_graph.hpp"
#include "cli/plan_text.hpp"
#include "cli/plan_values.hpp"
#include "hooks/health.hpp"

namespace pintle::cli {
namespace {

using Json = nlohmann::ordered_json;
using config::Hook;
using config::Kind;
using config::Model;

enum class PlanFormat : std::uint8_t { text, json, mermaid, dot };
constexpr std::string_view kPlanFormats[] = {"text", "json", "mermaid", "dot"};

struct PlanOptions {
  PlanFormat format = PlanFormat::text;
  bool dry_run = false;
  std::size_t next = 0;
  std::optional<schedule::WallTime> at{};
};

Result<void> set_plan_json(PlanOptions& out, std::string_view) {
  out.format = PlanFormat::json;
  return {};
}

Result<void> set_plan_format(PlanOptions& out, std::string_view value) {
  const auto* found = std::find(std::begin(kPlanFormats), std::end(kPlanFormats), value);
  if (found == std::end(kPlanFormats)) {
    return usage_error(fmt::format("--format takes {}", fmt::join(kPlanFormats, ", ")));
  }
  out.format = static_cast<PlanFormat>(found - std::begin(kPlanFormats));
  return {};
}

Result<void> set_dry_run(PlanOptions& out, std::string_view) {
  out.dry_run = true;
  return {};
}

Result<void> set_next(PlanOptions& out, std::string_view value) {
  constexpr std::size_t kMost = 1000;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out.next);
  const bool is_number = error == std::errc() && end == value.data() + value.size();
  if (is_number && out.next >= 1 && out.next <= kMost) return {};
  return usage_error(fmt::format("--next takes a number from 1 to {}", kMost));
}

Result<void> set_at(PlanOptions& out, std::string_view value) {
  out.at = parse_time(value);
  if (out.at) return {};
  return usage_error(fmt::format("--at takes a time like \"2026-03-29T00:30:00Z\", not \"{}\"",
                                 one_line(value, 60)));
}

constexpr Option<PlanOptions> kPlanOptions[] = {
    {0, "json", "", "as JSON, byte for byte the same on every run", set_plan_json},
    {0, "format", "FORMAT", "text, json, or a drawing of the steps: mermaid, dot", set_plan_format},
    {0, "dry-run", "", "also which files prune and rotate would remove or rotate now", set_dry_run},
    {0, "next", "N", "also the next N times of each job in its time zone, if main starts now",
     set_next},
    {0, "at", "TIME", "with --next: if main starts then (2026-03-29T00:30:00Z, or +01:00)", set_at},
};

// --- actions ---------------------------------------------------------------------------------

Json action_json(const config::Action& action) {
  if (const auto* command = std::get_if<config::Command>(&action)) {
    if (command->shell_form) return {{"shell", command->program}};
    return {{"command", command->program}, {"arguments", arguments_json(command->arguments)}};
  }
  if (std::holds_alternative<config::Group>(action)) return {{"group", Json::object()}};
  const auto& use = std::get<config::Builtin>(action);
  Json known = Json::object();
  config::for_fields(use, [&](const config::KeyInfo& key, const config::Field& field) {
    known[std::string(key.name)] = field_json(field, key.form);
  });
  for (const auto& [name, text] : use.unread) known[std::string(name)] = text;
  Json params = Json::object();  // in the order of the rows
  for (const config::KeyInfo& key : keys_of(*use.spec)) {
    const auto found = known.find(key.name);
    if (found != known.end()) params[std::string(key.name)] = std::move(*found);
  }
  return {{std::string(use.spec->name), params}};
}

// --- the plan --------------------------------------------------------------------------------

class Plan {
 public:
  /// `dry_run` and `next` are nullptr if none is wanted.
  Plan(const Loaded& loaded, const DryRun* dry_run, const NextRuns* next)
      : loaded_(loaded), model_(loaded.model), dry_run_(dry_run), next_(next) {}

  Json json() const {
    Json out{{"imageMode", name_of(loaded_.image_mode)}};
    if (next_ != nullptr) out["at"] = rfc3339(next_->from().time_since_epoch().count());
    if (!model_.environment.empty()) out["environment"] = variables_json(model_.environment);
    out["steps"] = steps_json(loaded_.plan.steps);
    out["main"] = main_json();
    out["checks"] = hooks_json(Kind::check);
    out["jobs"] = hooks_json(Kind::job);
    out["shutdown"] = {{"gracePeriod", format_duration(model_.shutdown.grace_period)},
                       {"totalGracePeriod", format_duration(model_.shutdown.total_grace_period)},
                       {"before", steps_json(loaded_.plan.before)},
                       {"after", steps_json(loaded_.plan.after)}};
    if (model_.init_as_main) out["init"] = {{"user", "main"}};
    out["notes"] = notes_on(loaded_);
    for (const std::string& line : refused_in(loaded_)) out["notes"].push_back(line);
    return out;
  }

 private:
  std::string user_of(const config::Identity& identity) const {
    if (!identity.user.empty()) return identity.user;
    return model_.user.empty() ? "(whoever starts pintle)" : model_.user;
  }

  void add_dry_run(Json& out, const std::string& key, const Hook& hook) const {
    if (dry_run_ == nullptr) return;
    if (Json foreseen = dry_run_->json(hook.id); !foreseen.is_null())
      out[key] = std::move(foreseen);
  }

  Json hook_json(const Hook& hook) const {
    Json out{{"id", hook.id}, {"action", action_json(hook.action)}};
    add_verify(std::get_if<config::Command>(&hook.action), out);
    out["user"] = user_of(hook.identity);
    add_identity(hook.identity, model_, out);
    if (hook.timeout) out["timeout"] = format_duration(*hook.timeout);
    if (hook.retries > 0) out["retries"] = hook.retries;
    if (!hook.for_each.empty()) out["forEach"] = for_each_json(hook.for_each);
    if (hook.output == config::Output::variable) {
      out["output"] = {{"variable", hook.output_variable.name}};
    } else if (hook.output == config::Output::file) {
      out["output"] = {{hook.output_is_env_file ? "envFile" : "file", hook.output_file}};
    }
    if (hook.condition) {
      out[hook.kind() == Kind::job ? "when" : "condition"] = condition_json(*hook.condition);
    }
    if (!hook.fallback.empty()) {
      const char* what = hook.kind() == Kind::check ? "repair" : "fallback";
      out[what] = action_json(hook.fallback.front().action);
      add_dry_run(out, fmt::format("{}DryRun", what), hook.fallback.front());
    } else if (hook.kind() == Kind::step && hook.on_failure == config::OnFailure::proceed) {
      out["onFailure"] = "continue";
    }
    if (config::may_stop_main(hook)) out["onFailure"] = "terminate";
    add_dry_run(out, "dryRun", hook);
    return out;
  }

  Json steps_json(const hooks::Graph& graph) const {
    Json out = Json::array();
    for (const hooks::PlannedStep& step : graph) {
      if (step.part != hooks::Part::end) out.push_back(step_json(step, graph));
    }
    return out;
  }

  Json step_json(const hooks::PlannedStep& step, const hooks::Graph& graph) const {
    Json out = hook_json(model_.hooks[step.hook]);
    Json after = Json::array();
    for (const std::size_t precedent : step.precedents) {
      after.push_back(model_.hooks[graph[precedent].hook].id);
    }
    out["after"] = after;
    if (step.group) out["group"] = model_.hooks[graph[*step.group].hook].id;
    if (step.is_final) out["finally"] = true;
    add_during(model_.hooks[step.hook], out);
    if (step.is_condition && !out.contains("fallback")) out["onFailure"] = "result of a condition";
    if (step.is_skipped) out["skipped"] = "not for this image mode";
    return out;
  }

  static void add_during(const Hook& hook, Json& out) {
    const auto* step = hook.if_is<config::StepPolicy>();
    if (step == nullptr || !step->during) return;
    Json ids = Json::array();
    for (const config::Reference& one : *step->during) ids.push_back(one.id);
    out["during"] = std::move(ids);
  }

  Json hooks_json(Kind kind) const {
    Json out = Json::array();
    for (const Hook& hook : model_.hooks) {
      if (hook.kind() != kind) continue;
      Json one = hook_json(hook);
      if (const auto* check = hook.if_is<config::CheckPolicy>()) {
        one["kind"] = hooks::name_of(check->question);
        one["interval"] = format_duration(check->interval);
      }
      if (const auto* job = hook.if_is<config::JobPolicy>()) {
        add_schedule(job->schedule, one);
        add_policy(*job, one);
        if (next_ != nullptr) one["next"] = next_->json(hook.id);
      }
      out.push_back(std::move(one));
    }
    return out;
  }

  static void add_schedule(const config::Schedule& schedule, Json& out) {
    if (schedule.is_empty()) return;
    if (schedule.text.empty()) {
      out["every"] = format_duration(schedule.every);
      return;
    }
    out["schedule"] = schedule.text;
    if (!schedule.timezone.empty()) out["timezone"] = schedule.timezone;
  }

  static void add_policy(const config::JobPolicy& policy, Json& out) {
    if (policy.jitter.count() > 0) out["jitter"] = format_duration(policy.jitter);
    if (policy.run_on_start) out["runOnStart"] = true;
    if (policy.concurrency != config::Concurrency::forbid) {
      const bool allows = policy.concurrency == config::Concurrency::allow;
      out["concurrencyPolicy"] = allows ? "Allow" : "Replace";
    }
    if (policy.starting_deadline) {
      out["startingDeadline"] = format_duration(*policy.starting_deadline);
    }
    if (policy.after_main) out["afterMain"] = true;
  }

  Json main_json() const {
    if (model_.main.pauses) return {{"pause", true}};
    if (!model_.main.command) return nullptr;
    Json out{{"action", action_json(*model_.main.command)}};
    add_verify(&*model_.main.command, out);
    out["user"] = user_of(model_.main.identity);
    add_identity(model_.main.identity, model_, out);
    add_main_keys(model_.main, out);
    return out;
  }

  const Loaded& loaded_;
  const Model& model_;
  const DryRun* dry_run_;
  const NextRuns* next_;
};

std::string written(const Json& plan, PlanFormat format) {
  switch (format) {
    case PlanFormat::text:
      return plan_text(plan);
    case PlanFormat::json:
      return plan.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    case PlanFormat::mermaid:
      return mermaid_graph(plan);
    case PlanFormat::dot:
      return dot_graph(plan);
  }
  return {};
}

/// Why these options exclude each other; nullptr if they do not.
const char* why_excluded(const PlanOptions& options) noexcept {
  if (options.at && options.next == 0) return "--at needs --next N";
  const bool is_drawing =
      options.format == PlanFormat::mermaid || options.format == PlanFormat::dot;
  if (!is_drawing || (!options.dry_run && options.next == 0)) return nullptr;
  return "--dry-run and --next cannot be drawn; use --format text or json";
}

}  // namespace

std::string plan_options() {
  return help_for(texts_of(kPlanOptions));
}

int plan_command(int given, char** argv) {
  PlanOptions options;
  // getopt_long(3) would move FILE behind "--", to the words of COMMAND.
  char** const end = argv + given;
  char** const separator = std::find(argv, end, std::string_view("--"));
  const int argc = static_cast<int>(separator - argv);
  const auto operands = parse_options(kPlanOptions, argc, argv, options);
  if (!operands) return fail(ExitCode::usage, operands.error().detail);
  if (const char* wrong = why_excluded(options)) return fail(ExitCode::usage, wrong);
  if (argc - operands->first > 1) return fail(ExitCode::usage, "plan takes one file");
  const auto file = find_config(operands->first < argc ? argv[operands->first] : "");
  if (!file) return fail(ExitCode::config, "there is no config; name a FILE");
  auto loaded = load_config(file, nullptr);
  if (!loaded) return fail(ExitCode::config, loaded.error().detail);
  TakenCommand taken;
  if (end - separator > 1) {
    auto done = take_command(*loaded, {separator + 1, end});
    if (!done) return fail(ExitCode::not_found, done.error().detail);
    taken = *done;
  }
  std::unique_ptr<DryRun> dry_run;
  if (options.dry_run) {
    auto made = DryRun::of(file);
    if (!made) return fail(ExitCode::config, made.error().detail);
    dry_run = *std::move(made);
  }
  std::optional<NextRuns> next;
  if (options.next > 0) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto made = NextRuns::of(file, options.next, options.at.value_or(now));
    if (!made) return fail(ExitCode::config, made.error().detail);
    next = *std::move(made);
  }
  Json plan = Plan(*loaded, dry_run.get(), next ? &*next : nullptr).json();
  if (taken.runs_alone) plan["main"]["runsAlone"] = true;
  return print(written(plan, options.format));
}

}  // namespace pintle::cli
