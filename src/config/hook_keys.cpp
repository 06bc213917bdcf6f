// The keys of hooks: what each kind may say, but for its action.
#include <algorithm>

#include "config/parse_parts.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kQuestions[] = {"readiness", "liveness", "startup"};
constexpr std::string_view kOutputs[] = {"inherit", "log", "discard"};

constexpr Kinds kStepsAndJobs = kSteps | kJobs;

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
Command& command_of(Hook& hook) {
  if (!std::holds_alternative<Command>(hook.action)) hook.action = Command{};
  return std::get<Command>(hook.action);
}

void read_program(Reader& reader, const Node& node, Hook& out) {
  if (auto program = reader.filled_text(node)) command_of(out).program = std::move(*program);
}
void read_hook_arguments(Reader& reader, const Node& node, Hook& out) {
  if (auto words = read_arguments(reader, node)) command_of(out).arguments = std::move(*words);
}

template <const auto& Inner>
constexpr Slot<Hook> kCheck = within<&Hook::check, Inner>;

void read_precedents(Reader& reader, const Node& node, Hook& out) {
  out.precedents.emplace();
  read_items(reader, node, [&](const Node& item) {
    if (auto id = reader.text(item)) {
      out.precedents->push_back({std::move(*id), item.at, reader.pointer()});
    }
  });
}

void read_hook_backoff(Reader& reader, const Node& node, Hook& out) {
  read_backoff(reader, node, out.backoff);
}
void read_hook_condition(Reader& reader, const Node& node, Hook& out) {
  out.condition = read_condition(reader, node);
}

constexpr Form kExitCode = kCountForm<0, 255>;

void read_success_codes(Reader& reader, const Node& node, Hook& out) {
  out.success_codes.clear();
  read_items(reader, node, [&](const Node& item) {
    const auto code = reader.integer(item, kExitCode.least, kExitCode.most);
    if (code) out.success_codes.push_back(static_cast<int>(*code));
  });
  require_items(reader, node, "no exit code would do");
}

void read_image_modes(Reader& reader, const Node& node, Hook& out) {
  out.image_modes.emplace();
  read_items(reader, node, [&](const Node& item) {
    const auto word = reader.word(item, kImageModes);
    if (word) out.image_modes->push_back(static_cast<ImageMode>(*word));
  });
  require_items(reader, node, "it would never run");
}

constexpr Key<Hook> kOutputKeys[] = {
    {"file",
     into<&Hook::output_file, &Reader::expandable>,
     "The file that holds what a run wrote to its standard output, once it has succeeded.",
     "/run/schema.sql",
     {},
     kAnyKind,
     true},
};
constexpr auto kOutput = object_of<kOutputKeys>({.name = "output", .title = "\"output\""});

void read_output(Reader& reader, const Node& node, Hook& out) {
  if (node.type == Node::Type::string) {
    return word<&Hook::output, kOutputs>.read(reader, node, out);
  }
  read_object(reader, node, kOutput, out);
  out.output = Output::file;
}

constexpr Form kFields = kMapForm<kFormOf<&Reader::text>, kFormOf<&Reader::expandable>>;

void read_fields(Reader& reader, const Node& node, HookLogging& out) {
  if (!reader.is(node, Node::Type::object)) return;
  for (const Member& member : node.members) {
    const Reader::Inside inside(reader, member.key);
    if (auto text = reader.expandable(member.value)) {
      out.fields.emplace_back(member.key, std::move(*text));
    }
  }
}

constexpr Key<HookLogging> kLoggingKeys[] = {
    {"level", word<&HookLogging::level, kLevels>,
     "The lowest level of this hook's events that is written; the top level's unless it says "
     "otherwise.",
     "warn"},
    {"fields",
     {read_fields, &kFields},
     "Fields that are added to its events; values are expanded.",
     R"({"component": "migration", "at": "${NOW}"})",
     "{}"},
};
constexpr auto kLogging = object_of<kLoggingKeys>({.name = "hookLogging", .title = "\"logging\""});

constexpr Slot<Schedule> kSchedule{read_schedule, &kScheduleForm};

/// Keys that finish() reads, when the rest of the hook is known.
void read_later(Reader&, const Node&, Hook&) {}

constexpr Key<Hook> kKeys[] = {
    {"id",
     {read_id, &kIdForm},
     "The hook's name, unique in the document.",
     "migrate",
     {},
     kAnyKind,
     true},
    {"command",
     {read_program, &kCommandForm},
     "The program to execute, by path or by name in PATH. Without \"arguments\", and with shell "
     "syntax in it, it is a line for /bin/sh, which only layered images may use.",
     "/app/migrate"},
    {"arguments",
     {read_hook_arguments, &kArgumentsForm},
     "Its arguments, each passed as it is, never split.",
     R"(["--url", "$DATABASE_URL"])",
     "[]"},
    {"timeout", into<&Hook::timeout, &Reader::positive_duration>,
     "How long an attempt may take before its process group is stopped; 1s for checks, none for "
     "others, unless the action has its own.",
     "30s"},
    {"retries", count<&Hook::retries, 0>, "Further attempts after one that failed.", "3", "0",
     kStepsAndJobs},
    {"backoff",
     {read_hook_backoff, &kBackoffForm},
     "The wait before each further attempt; 1s unless it says otherwise.",
     "exponential",
     {},
     kStepsAndJobs},
    {"successExitCodes",
     {read_success_codes, &kListForm<kExitCode, 1>},
     "The exit codes that are a success.",
     "[0, 2]",
     "[0]",
     kStepsAndJobs},
    {"onFailure",
     {read_later, &kStepFailureForm},
     "When all attempts have failed: abort the start, continue, or fall back on a file or another "
     "step.",
     R"({"action": "fallback", "source": "/cache/rules.json", "destination": "/data/rules.json"})",
     "abort",
     kSteps},
    {"onFailure",
     {read_later, &kJobFailureForm},
     "When all attempts have failed: continue, or fall back on a file or another step.",
     R"({"action": "fallback", "step": {"command": "/app/restore"}})",
     "continue",
     kJobs},
    {"onFailure",
     {read_later, &kCheckFailureForm},
     "When it turns unhealthy: nothing but the verdict, terminate main (of a liveness check), or "
     "run a repair.",
     R"({"action": "run", "step": {"command": "/app/repair"}})",
     "none",
     kChecks},
    {"condition",
     {read_hook_condition, &kConditionForm},
     "Run it only if this holds.",
     R"({"not": {"fileExists": "/data/initialized"}})",
     {},
     kSteps},
    {"imageModes",
     {read_image_modes, &kListForm<kWordForm<kImageModes>, 1>},
     "The image modes that it runs in.",
     R"(["layered"])",
     R"(["layered", "prebuilt"])",
     kSteps},
    {"logging", member<&Hook::logging, kLogging>, "The lowest level and the fields of its events.",
     R"({"level": "warn", "fields": {"component": "migration"}})"},
    {"output",
     {read_output, &kEitherForm<kWordForm<kOutputs>, kObjectForm<kOutput>>},
     "What becomes of what it writes: inherit, log (a line each), discard, or a file, which a "
     "built-in cannot have.",
     R"({"file": "/run/schema.sql"})",
     "inherit"},
    {"precedents",
     {read_precedents, &kListForm<kIdForm>},
     "Ids of the steps that must be done before; replaces the listed order, so that independent "
     "steps run in parallel. None: it starts at once.",
     "[]",
     {},
     kSteps},
    {"kind", kCheck<word<&CheckPolicy::question, kQuestions>>, "Which question it answers.",
     "liveness", "readiness", kChecks},
    {"interval", kCheck<into<&CheckPolicy::interval, &Reader::positive_duration>>,
     "From the end of a run to the next.", "5s", "10s", kChecks},
    {"failureThreshold", kCheck<count<&CheckPolicy::failure_threshold, 1>>,
     "Failures in a row that make it unhealthy.", "5", "3", kChecks},
    {"successThreshold", kCheck<count<&CheckPolicy::success_threshold, 1>>,
     "Successes in a row that make it healthy.", "2", "1", kChecks},
    {"startPeriod",
     kCheck<into<&CheckPolicy::start_period, &Reader::duration>>,
     "After main's start, failures before the first success do not count; one interval unless it "
     "says otherwise.",
     "20s",
     {},
     kChecks},
    {"startInterval",
     kCheck<into<&CheckPolicy::start_interval, &Reader::positive_duration>>,
     "The interval within the start period, before the first success; 1s, or the interval if that "
     "is shorter.",
     "500ms",
     {},
     kChecks},
    {"schedule",
     within<&Hook::schedule, kSchedule>,
     "When the job runs: at the times of a cron, or at fixed distances.",
     "*/15 * * * *",
     {},
     kJobs,
     true},
};

constexpr auto kStep = object_of<kKeys>({.name = "step",
                                         .title = "a step",
                                         .rules = kCommandRules,
                                         .kinds = kSteps,
                                         .more = &kIdentityRows});
constexpr auto kHealthCheck = object_of<kKeys>({.name = "check",
                                                .title = "a check",
                                                .rules = kCommandRules,
                                                .kinds = kChecks,
                                                .more = &kIdentityRows});
constexpr auto kJob = object_of<kKeys>({.name = "job",
                                        .title = "a job",
                                        .rules = kCommandRules,
                                        .kinds = kJobs,
                                        .more = &kIdentityRows});
// It starts when the step or job that it stands for has failed, and only then.
constexpr std::string_view kNotForFallbacks[] = {"precedents", "condition", "imageModes"};
constexpr auto kFallback = object_of<kKeys>({.name = "fallbackStep",
                                             .title = "a fallback",
                                             .rules = kCommandRules,
                                             .kinds = kSteps,
                                             .more = &kIdentityRows,
                                             .waives = "id",
                                             .excludes = kNotForFallbacks});
constexpr const Object<Hook>* kObjects[kKinds] = {&kStep, &kHealthCheck, &kJob};

}  // namespace

constexpr Form kIdForm{.type = Form::Type::text, .pattern = "^[A-Za-z0-9._-]{1,64}$", .name = "id"};
constexpr Form kStepForm = kObjectForm<kStep>;
constexpr Form kCheckForm = kObjectForm<kHealthCheck>;
constexpr Form kJobForm = kObjectForm<kJob>;
constexpr Form kFallbackForm = kObjectForm<kFallback>;

const Object<Hook>& hook_object(Kind kind) noexcept {
  return *kObjects[static_cast<std::size_t>(kind)];
}

const Object<Hook>& fallback_object() noexcept {
  return kFallback;
}

}  // namespace pintle::config
