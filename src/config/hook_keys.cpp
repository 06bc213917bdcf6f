#include "config/hook_keys.hpp"

#include <algorithm>

#include "config/image_mode.hpp"
#include "config/parse_command.hpp"
#include "config/parse_condition.hpp"
#include "config/parse_failure.hpp"
#include "config/parse_hook.hpp"
#include "config/parse_identity.hpp"
#include "config/parse_order.hpp"
#include "config/parse_output.hpp"
#include "config/parse_schedule.hpp"
#include "config/parse_verify.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kQuestions[] = {"readiness", "liveness", "startup"};

/// The kinds of hook that run in an order.
constexpr Kinds kOrdered = kSteps | kShutdowns;

bool is_id(std::string_view id) noexcept {
  const auto fits = [](char c) {
    return c == '_' || c == '-' || c == '.' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9');
  };
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), fits);
}

void read_id(Reader& reader, const Node& node, Hook& out) {
  const auto id = reader.text(node);
  if (!id) return;
  if (!is_id(*id)) {
    reader.problem(node.at, "an id has 1 to 64 letters, digits, dots, dashes and underscores");
  }
  out.id = *id;
}

// A command's two keys are read here and joined in finish_command(), whichever of them comes first.
Command& hook_command(Hook& hook) {
  if (!std::holds_alternative<Command>(hook.action)) hook.action = Command{};
  return std::get<Command>(hook.action);
}

void read_program(Reader& reader, const Node& node, Hook& out) {
  if (auto program = reader.nonempty_text(node)) hook_command(out).program = std::move(*program);
}
void read_hook_arguments(Reader& reader, const Node& node, Hook& out) {
  if (auto words = read_arguments(reader, node)) hook_command(out).arguments = std::move(*words);
}

/// The value of a key that only one kind of hook has. The row names that kind, so the hook has this
/// policy when the row is read.
template <class T, const auto& Inner>
void read_policy(Reader& reader, const Node& node, Hook& out) {
  Inner.read(reader, node, out.as<T>());
}
template <const auto& Inner>
constexpr Slot<Hook> kCheck{read_policy<CheckPolicy, Inner>, Inner.form};
template <const auto& Inner>
constexpr Slot<Hook> kJob{read_policy<JobPolicy, Inner>, Inner.form};

void read_hook_backoff(Reader& reader, const Node& node, Hook& out) {
  read_backoff(reader, node, out.backoff);
}
void read_hook_condition(Reader& reader, const Node& node, Hook& out) {
  out.condition = read_condition(reader, node);
}
void read_hook_when(Reader& reader, const Node& node, Hook& out) {
  out.condition = read_when(reader, node);
}

constexpr Form kExitCode = kCountForm<0, 255>;

void read_success_codes(Reader& reader, const Node& node, Hook& out) {
  out.success_codes.clear();
  read_items(reader, node, [&](const Node& item) {
    const auto code = reader.integer(item, kExitCode.least, kExitCode.most);
    if (code) out.success_codes.push_back(static_cast<int>(*code));
  });
  require_items(reader, node, "no exit code would be a success");
}

void read_image_modes(Reader& reader, const Node& node, Hook& out) {
  auto& modes = out.as<StepPolicy>().image_modes.emplace();
  read_items(reader, node, [&](const Node& item) {
    const auto word = reader.word(item, kImageModes);
    if (word) modes.push_back(static_cast<ImageMode>(*word));
  });
  require_items(reader, node, "it would never run");
}

constexpr std::string_view kPolicies[] = {"Forbid", "Allow", "Replace"};

constexpr Slot<JobPolicy> kJobSchedule = within<&JobPolicy::schedule, kScheduleSlot>;
constexpr Slot<JobPolicy> kJobTimeZone = within<&JobPolicy::schedule, kTimeZoneSlot>;

constexpr Key<Hook> kHookOwnKeys[] = {
    {"id",
     {read_id, &kIdForm},
     "The name of the hook, unique in the config.",
     "migrate",
     {},
     kAnyKind,
     true},
    {"command",
     {read_program, &kCommandForm},
     "The program to execute: a path, or a name that is searched in PATH. If there is no "
     "\"arguments\" and the text has shell syntax, it is a line for /bin/sh, which only the image "
     "mode layered allows.",
     "/app/migrate"},
    {"arguments",
     {read_hook_arguments, &kArgumentsForm},
     "The arguments of the program. Each is passed as it is and never split.",
     R"(["--url", "$DATABASE_URL"])",
     "[]"},
    verify_key<Hook, hook_command>(
        "What must be proven of the program: what runs is a copy of what was verified, which "
        "nobody can change. If the file differs, the exit code is 82."),
    {"timeout", into<&Hook::timeout, &Reader::positive_duration>,
     "How long an attempt may take; then pintle stops its process group. Default: that of the "
     "action, if it has one; otherwise 1s for a check, and no limit for other hooks.",
     "30s"},
    {"retries", count<&Hook::retries, 0>, "How many further attempts follow a failed one.", "3",
     "0", kActiveKinds},
    {"backoff",
     {read_hook_backoff, &kBackoffForm},
     "The wait before each further attempt. Default: 1s each time.",
     "exponential",
     {},
     kActiveKinds},
    {"successExitCodes",
     {read_success_codes, &kListForm<kExitCode, 1>},
     "The exit codes of the command that count as success.",
     "[0, 2]",
     "[0]",
     kActiveKinds},
    {"onFailure",
     {read_on_failure, &kStepFailureForm},
     "What pintle does when all attempts have failed: abort the start, continue, or use a "
     "fallback: a file or another step.",
     R"({"action": "fallback", "source": "/cache/rules.json", "destination": "/data/rules.json"})",
     "abort",
     kSteps,
     false,
     ReadOrder::last},
    {"onFailure",
     {read_on_failure, &kJobFailureForm},
     "What pintle does when all attempts have failed: continue, or use a fallback: a file or "
     "another step.",
     R"({"action": "fallback", "step": {"command": "/app/restore"}})",
     "continue",
     kJobs | kShutdowns,
     false,
     ReadOrder::last},
    {"onFailure",
     {read_on_failure, &kCheckFailureForm},
     "What pintle does when the check becomes unhealthy: nothing more (none), stop main "
     "(terminate, only for a liveness check), or run a repair.",
     R"({"action": "run", "step": {"command": "/app/repair"}})",
     "none",
     kChecks,
     false,
     ReadOrder::last},
    {"condition",
     {read_hook_condition, &kConditionForm},
     "A condition: if it is false, the hook is skipped.",
     R"({"not": {"fileExists": "/data/initialized"}})",
     {},
     kOrdered},
    {"imageModes",
     {read_image_modes, &kListForm<kWordForm<kImageModes>, 1>},
     "The image modes in which the step runs; in another one it is skipped.",
     R"(["layered"])",
     R"(["layered", "prebuilt"])",
     kSteps},
    {"capabilities", list<&Hook::capabilities, &Reader::nonempty_text>,
     "The capabilities that the hook keeps when it runs as another user than root, "
     "capabilities(7).",
     R"(["NET_BIND_SERVICE"])", "[]"},
    {"logging",
     {read_hook_logging, &kHookLoggingForm},
     "The lowest level of this hook's log lines, and fields that are added to them.",
     R"({"level": "warn", "fields": {"component": "migration"}})"},
    {"output",
     {read_output, &kStepOutputForm},
     "Where the output goes: inherit (to the output of the container), log (each line becomes a "
     "log line), discard, or, for a command, a file or a variable.",
     R"({"variable": "TOKEN"})",
     "inherit",
     kSteps},
    {"output",
     {read_output, &kOutputForm},
     "Where the output goes: inherit (to the output of the container), log (each line becomes a "
     "log line), discard, or, for a command, a file.",
     R"({"file": "/run/schema.sql"})",
     "inherit",
     kChecks | kJobs | kShutdowns},
    {"forEach",
     {read_for_each, &kForEachForm},
     "Runs the hook once for each of several files, in the order of their names, with the "
     "variables FILE, FILE_NAME and FILE_STEM (the name without its last extension). Timeout and "
     "retries apply to each run, and a fallback runs for the file that failed. The first failure "
     "ends the hook, unless `onFailure` is `continue`.",
     R"({"files": "/docker-entrypoint-initdb.d/*.sql"})",
     {},
     kOrdered},
    {"during",
     {read_during, &kListForm<kIdForm, 1>},
     "Ids of steps or groups. The step starts before the first of them, and pintle stops it after "
     "the last one has ended; if it ends earlier, it has failed. It does not count for "
     "parallelism.",
     R"(["setup"])",
     {},
     kSteps},
    {"precedents",
     {read_precedents, &kListForm<kIdForm>},
     "Ids of the steps that must be done before this one starts. They replace the order of the "
     "list, so that independent steps can run in parallel. An empty list: it starts at once.",
     "[]",
     {},
     kOrdered},
    {"kind", kCheck<word<&CheckPolicy::question, kQuestions>>,
     "What the check is for: readiness, liveness or startup.", "liveness", "readiness", kChecks},
    {"interval", kCheck<into<&CheckPolicy::interval, &Reader::positive_duration>>,
     "The time from the end of a run to the start of the next one.", "5s", "10s", kChecks},
    {"failureThreshold", kCheck<count<&CheckPolicy::failure_threshold, 1>>,
     "How many failures in a row make the check unhealthy.", "5", "3", kChecks},
    {"successThreshold", kCheck<count<&CheckPolicy::success_threshold, 1>>,
     "How many successes in a row make the check healthy.", "2", "1", kChecks},
    {"startPeriod",
     kCheck<into<&CheckPolicy::start_period, &Reader::duration>>,
     "The time after the start of main in which failures do not count, until the first success. "
     "Default: one interval.",
     "20s",
     {},
     kChecks},
    {"startInterval",
     kCheck<into<&CheckPolicy::start_interval, &Reader::positive_duration>>,
     "The interval during the start period, until the first success. Default: 1s, or the interval "
     "if that is shorter.",
     "500ms",
     {},
     kChecks},
    {"schedule",
     kJob<kJobSchedule>,
     "When the job runs: at the times of a cron schedule, or at a fixed interval. If there is no "
     "schedule, the job runs once after the start of main (\"runOnStart\": true), or only when "
     "`pintle job` asks for it (false).",
     "*/15 * * * *",
     {},
     kJobs},
    {"jitter", kJob<into<&JobPolicy::jitter, &Reader::duration>>,
     "The longest delay of a run. The delay is computed from container, job and scheduled time: it "
     "differs between containers, and a restart does not change it.",
     "30s", "0", kJobs},
    {"runOnStart", kJob<into<&JobPolicy::run_on_start, &Reader::boolean>>,
     "Whether the job also runs once, right after the start of main.", "true", "false", kJobs},
    {"concurrencyPolicy", kJob<word<&JobPolicy::concurrency, kPolicies>>,
     "What happens if the job is due while its previous run has not ended: skip the new run "
     "(Forbid), let both run (Allow, at most eight), or stop the previous run first (Replace).",
     "Replace", "Forbid", kJobs},
    {"startingDeadline",
     kJob<into<&JobPolicy::starting_deadline, &Reader::duration>>,
     "How late a run may start after its scheduled time. Until then it waits for the previous run "
     "to end and for \"when\" to become true; after that it is skipped. Default: a run never "
     "waits, and all times that were missed while the machine was suspended start one run.",
     "5m",
     {},
     kJobs},
    {"when",
     {read_hook_when, &kWhenForm},
     "A condition: if it is false when the job is due, the run is skipped. healthy, ready, or an "
     "object.",
     "healthy",
     {},
     kJobs},
    {"afterMain", kJob<into<&JobPolicy::after_main, &Reader::boolean>>,
     "Whether a run that has started may continue during the shutdown until main has ended.",
     "true", "false", kJobs},
    {"timezone", kJob<kJobTimeZone>,
     "The time zone of a cron schedule: a name from /usr/share/zoneinfo in the image. In an image "
     "without any zone files, UTC is used and a warning is logged. If clocks are set forward, a "
     "time that they skip runs once, right afterwards; if they are set back, a time that occurs "
     "twice runs only the first time. If the hour field begins with `*`, elapsed time counts "
     "instead.",
     "Europe/Berlin", "UTC", kJobs},
};

constexpr auto kHookKeys = joined(kHookOwnKeys, keys_within<&Hook::identity, kIdentityKeys>());

// A step that runs during others is not repeated, and its time is that of the others.
constexpr std::string_view kDuringNeedsCommand[] = {"during", "command"};
constexpr std::string_view kDuringOr[][2] = {
    {"during", "timeout"},          {"during", "retries"},   {"during", "backoff"},
    {"during", "successExitCodes"}, {"during", "onFailure"}, {"during", "forEach"}};
constexpr Rule kStepRules[] = {kCommandRules[0],
                               kCommandRules[1],
                               {Rule::Type::needs, kDuringNeedsCommand},
                               {Rule::Type::at_most_one, kDuringOr[0]},
                               {Rule::Type::at_most_one, kDuringOr[1]},
                               {Rule::Type::at_most_one, kDuringOr[2]},
                               {Rule::Type::at_most_one, kDuringOr[3]},
                               {Rule::Type::at_most_one, kDuringOr[4]},
                               {Rule::Type::at_most_one, kDuringOr[5]}};
constexpr auto kStep =
    object_of<kHookKeys>({.name = "step", .title = "a step", .rules = kStepRules, .kinds = kSteps});

/// The rows of a step with these names.
template <std::size_t N>
constexpr std::array<Key<Hook>, N> picked(const std::string_view (&names)[N]) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<Key<Hook>, N>{
        *std::find_if(std::begin(kHookOwnKeys), std::end(kHookOwnKeys), [&](const Key<Hook>& key) {
          return key.name == names[I] && (key.kinds & kSteps) != 0;
        })...};
  }
  (std::make_index_sequence<N>());
}

constexpr std::string_view kGroupFailures[] = {"abort", "continue"};
void read_group_failure(Reader& reader, const Node& node, Hook& out) {
  const auto word = reader.word(node, kGroupFailures);
  if (word) out.on_failure = *word == 0 ? OnFailure::abort : OnFailure::proceed;
}
void ignore(Reader&, const Node&, Hook&) {}  // ListedSteps of parse_hook.cpp reads them

constexpr Key<Hook> kGroupKeys[] = {
    {.name = "steps",
     .value = {ignore, &kListForm<kListedStepForm, 1>},
     .help = "The steps of the group, in their order.",
     .example = R"([{"id": "initdb", "command": "initdb"}])",
     .required = true},
    {"finally",
     {ignore, &kListForm<kStepForm>},
     "Steps that run when the group has ended, also if one of its steps has failed or the "
     "container is stopped. They do not run if the group is skipped.",
     R"([{"id": "tidy", "remove": "/run/pw"}])",
     "[]"},
    {"onFailure",
     {read_group_failure, &kWordForm<kGroupFailures>},
     "What pintle does when all attempts of one of its steps have failed: abort the start, or "
     "continue.",
     "continue",
     "abort"},
};
constexpr std::string_view kGroupNames[] = {
    "id",      "condition", "imageModes", "precedents",       "timeout",
    "retries", "backoff",   "logging",    "successExitCodes", "capabilities"};
constexpr auto kGroupRows =
    joined(kGroupKeys, joined(picked(kGroupNames), keys_within<&Hook::identity, kIdentityKeys>()));
constexpr auto kHookGroup = object_of<kGroupRows>({.name = "group", .title = "a group of steps"});
constexpr auto kHealthCheck = object_of<kHookKeys>(
    {.name = "check", .title = "a check", .rules = kCommandRules, .kinds = kChecks});
constexpr auto kMaintenanceJob =
    object_of<kHookKeys>({.name = "job", .title = "a job", .rules = kJobRules, .kinds = kJobs});
constexpr auto kShutdownStep = object_of<kHookKeys>({.name = "shutdownStep",
                                                     .title = "a shutdown step",
                                                     .rules = kCommandRules,
                                                     .kinds = kShutdowns});
// A fallback starts when its step or job has failed, and never at another time.
constexpr std::string_view kNotForFallbacks[] = {"precedents", "condition", "imageModes", "during",
                                                 "forEach"};
constexpr auto kFallback = object_of<kHookKeys>({.name = "fallbackStep",
                                                 .title = "a fallback",
                                                 .rules = kCommandRules,
                                                 .kinds = kSteps,
                                                 .waives = "id",
                                                 .excludes = kNotForFallbacks});
constexpr const Object<Hook>* kObjects[kKinds] = {&kStep, &kHealthCheck, &kMaintenanceJob,
                                                  &kShutdownStep};

}  // namespace

constexpr Form kIdForm{.type = Form::Type::text, .pattern = "^[A-Za-z0-9._-]{1,64}$", .name = "id"};
constexpr Form kStepForm = kObjectForm<kStep>;
constexpr Form kListedStepForm{.type = Form::Type::either,
                               .parts = kParts<kStepForm, kObjectForm<kHookGroup>>,
                               .name = "listedStep"};
constexpr Form kCheckForm = kObjectForm<kHealthCheck>;
constexpr Form kJobForm = kObjectForm<kMaintenanceJob>;
constexpr Form kShutdownStepForm = kObjectForm<kShutdownStep>;
constexpr Form kFallbackForm = kObjectForm<kFallback>;

const Object<Hook>& hook_object(Kind kind) noexcept {
  return *kObjects[static_cast<std::size_t>(kind)];
}

const Object<Hook>& group_object() noexcept {
  return kHookGroup;
}

const Object<Hook>& fallback_object() noexcept {
  return kFallback;
}

}  // namespace pintle::config
