#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/parse_parts.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kQuestions[] = {"readiness", "liveness", "startup"};

constexpr std::string_view kOutputs[] = {"inherit", "log", "discard"};
constexpr std::string_view kLevels[] = {"debug", "info", "warn", "error"};

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

// A command's two keys are read here and joined in finish(), whichever of them comes first.
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

template <auto Field, auto Method>
void check(Reader& reader, const Node& node, Hook& out) {
  into<Field, Method>(reader, node, out.check);
}

void read_precedents(Reader& reader, const Node& node, Hook& out) {
  out.precedents.emplace();
  read_items(reader, node, [&](const Node& item) {
    if (auto id = reader.text(item)) {
      out.precedents->push_back({std::move(*id), item.at, reader.pointer()});
    }
  });
}

void read_retries(Reader& reader, const Node& node, Hook& out) {
  if (const auto count = reader.count(node, 0)) out.retries = *count;
}
void read_hook_backoff(Reader& reader, const Node& node, Hook& out) {
  read_backoff(reader, node, out.backoff);
}
void read_hook_condition(Reader& reader, const Node& node, Hook& out) {
  out.condition = read_condition(reader, node);
}

void read_success_codes(Reader& reader, const Node& node, Hook& out) {
  out.success_codes.clear();
  read_items(reader, node, [&](const Node& item) {
    const auto code = reader.count(item, 0);
    if (!code) return;
    if (*code > 255) return reader.problem(item.at, "an exit code is at most 255");
    out.success_codes.push_back(static_cast<int>(*code));
  });
  if (out.success_codes.empty()) reader.problem(node.at, "it is empty: no exit code would do");
}

void read_image_modes(Reader& reader, const Node& node, Hook& out) {
  out.image_modes.emplace();
  read_items(reader, node, [&](const Node& item) {
    const auto word = reader.word(item, kImageModes);
    if (word) out.image_modes->push_back(static_cast<ImageMode>(*word));
  });
}

constexpr Key<Hook> kOutputKeys[] = {
    {"file", into<&Hook::output_file, &Reader::expandable>,
     "The file that holds what a run wrote to its standard output, once it has succeeded."},
};

void read_output(Reader& reader, const Node& node, Hook& out) {
  if (node.type == Node::Type::string) {
    if (const auto word = reader.word(node, kOutputs)) out.output = static_cast<Output>(*word);
    return;
  }
  read_object<Hook>(reader, node, kOutputKeys, out, "\"output\"");
  out.output = Output::file;
  if (node.type == Node::Type::object && node.members.empty()) {
    reader.problem(node.at, "the key \"file\" is missing");
  }
}

void read_level(Reader& reader, const Node& node, HookLogging& out) {
  if (const auto word = reader.word(node, kLevels)) out.level = static_cast<log::Level>(*word);
}
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
    {"level", read_level, "The lowest level of this hook's events that is written."},
    {"fields", read_fields, "Fields that are added to its events; values are expanded."},
};

void read_hook_logging(Reader& reader, const Node& node, Hook& out) {
  read_object<HookLogging>(reader, node, kLoggingKeys, out.logging, "\"logging\"");
}

void read_question(Reader& reader, const Node& node, Hook& out) {
  if (const auto word = reader.word(node, kQuestions)) {
    out.check.question = static_cast<Question>(*word);
  }
}

template <auto Field>
void threshold(Reader& reader, const Node& node, Hook& out) {
  if (const auto count = reader.count(node, 1)) out.check.*Field = *count;
}

constexpr Key<Schedule> kScheduleKeys[] = {
    {"every", into<&Schedule::every, &Reader::positive_duration>,
     "The time between two starts, from the start of main."},
};

void read_schedule(Reader& reader, const Node& node, Hook& out) {
  if (!reader.is(node, Node::Type::object)) return;
  read_object<Schedule>(reader, node, kScheduleKeys, out.schedule, "\"schedule\"");
  if (node.find("every") == nullptr) reader.problem(node.at, "the key \"every\" is missing");
}

/// Keys that finish() reads, when the rest of the hook is known.
void read_later(Reader&, const Node&, Hook&) {}

constexpr Key<Hook> kKeys[] = {
    {"id", read_id, "The hook's name, unique in the document."},
    {"command", read_program, "The program to execute, by path or by name in PATH."},
    {"arguments", read_hook_arguments, "Its arguments, each passed as it is, never split."},
    {"timeout", into<&Hook::timeout, &Reader::positive_duration>,
     "How long an attempt may take before its process group is stopped."},
    {"retries", read_retries, "Further attempts after one that failed.", kStepsAndJobs},
    {"backoff", read_hook_backoff, "The wait before each further attempt.", kStepsAndJobs},
    {"successExitCodes", read_success_codes, "The exit codes that are a success; [0].",
     kStepsAndJobs},
    {"onFailure", read_later,
     "abort the start, continue, or fall back on a file or another action.", kStepsAndJobs},
    {"condition", read_hook_condition, "Run it only if this holds.", kSteps},
    {"imageModes", read_image_modes, "The image modes that it runs in.", kSteps},
    {"logging", read_hook_logging, "The lowest level and the fields of its events."},
    {"output", read_output,
     "What becomes of what it writes: inherit, log (a line each), discard, or {\"file\": PATH}."},
    {"precedents", read_precedents,
     "Ids of the steps that must be done before; replaces the listed order.", kSteps},
    {"kind", read_question, "readiness, liveness or startup.", kChecks},
    {"interval", check<&CheckPolicy::interval, &Reader::positive_duration>,
     "From the end of a run to the next.", kChecks},
    {"failureThreshold", threshold<&CheckPolicy::failure_threshold>,
     "Failures in a row that make it unhealthy.", kChecks},
    {"successThreshold", threshold<&CheckPolicy::success_threshold>,
     "Successes in a row that make it healthy.", kChecks},
    {"startPeriod", check<&CheckPolicy::start_period, &Reader::duration>,
     "After main's start, failures before the first success do not count.", kChecks},
    {"startInterval", check<&CheckPolicy::start_interval, &Reader::positive_duration>,
     "The interval within the start period, before the first success.", kChecks},
    {"schedule", read_schedule, "When the job runs.", kJobs},
};

/// Exactly one action, and what belongs to it.
void check_action(Reader& reader, const Node& node, Kind kind, ActionSpecs actions) {
  std::vector<std::string_view> offered{"command"};
  for (const ActionSpec* action : actions) {
    if ((action->kinds & only(kind)) != 0) offered.push_back(action->name);
  }
  std::vector<std::string_view> found;
  std::copy_if(offered.begin(), offered.end(), std::back_inserter(found),
               [&](std::string_view name) { return node.find(name) != nullptr; });
  if (found.empty()) {
    reader.problem(node.at,
                   fmt::format("no action: one of {} is needed", fmt::join(offered, ", ")));
  } else if (found.size() > 1) {
    reader.problem(node.at, fmt::format("{} actions ({}), one is meant: split them over {} hooks",
                                        found.size(), fmt::join(found, ", "), found.size()));
  }
  const Node* arguments = node.find("arguments");
  if (arguments != nullptr && node.find("command") == nullptr) {
    reader.problem(arguments->at, "\"arguments\" without \"command\"");
  }
}

/// The keys that are names of built-ins, and those of the identity.
class OtherKeys {
 public:
  OtherKeys(Reader& reader, Hook& hook, ActionSpecs actions) noexcept
      : reader_(reader), hook_(hook), actions_(actions) {}

  bool operator()(const Member& member, std::vector<KeyName>& known) {
    for (const ActionSpec* action : actions_) {
      const bool belongs = (action->kinds & only(hook_.kind)) != 0;
      if (belongs && action->name == member.key) {
        hook_.action = read_builtin(reader_, member.value, *action);
        return true;
      }
      if (action->kinds != 0) known.push_back({action->name, belongs});
    }
    return read_identity_key(reader_, member, hook_.identity, known);
  }

 private:
  Reader& reader_;
  Hook& hook_;
  ActionSpecs actions_;
};

/// A hook's own variables, ahead of everything that they may stand in.
Variables variables_of(const Node& node) {
  Variables own;
  const Node* environment = node.find("environment");
  Problems noted_later;
  Reader quiet(noted_later);
  if (environment != nullptr) read_variables(quiet, *environment, own);
  return own;
}

void finish(Reader& reader, const Node& node, Hook& hook, ActionSpecs actions) {
  check_action(reader, node, hook.kind, actions);
  if (node.find("id") == nullptr && !hook.pointer.ends_with("/onFailure/step")) {
    reader.problem(node.at, "the key \"id\" is missing");
  }
  if (hook.kind == Kind::job && node.find("schedule") == nullptr) {
    reader.problem(node.at, "the key \"schedule\" is missing");
  }
  if (auto* command = std::get_if<Command>(&hook.action)) {
    command->shell_form = node.find("arguments") == nullptr && looks_like_shell(command->program);
  }
  const auto* builtin = std::get_if<Builtin>(&hook.action);
  if (builtin != nullptr && hook.output == Output::file) {
    reader.problem(node.find("output")->at, "a built-in writes nothing that could become a file");
  }
  if (builtin != nullptr && !hook.timeout) hook.timeout = builtin->spec->timeout;
  if (hook.retries > 0 && node.find("backoff") == nullptr) hook.backoff = {};
  const Node* on_failure = node.find("onFailure");
  if (on_failure != nullptr && hook.kind != Kind::check) {
    read_on_failure(reader, *on_failure, hook, actions);
  }
}

}  // namespace

Hook read_hook(Reader& reader, const Node& node, Kind kind, ActionSpecs actions) {
  Hook hook{.kind = kind, .at = node.at, .pointer = reader.pointer()};
  if (kind != Kind::step) hook.on_failure = OnFailure::proceed;
  reader.set_own(variables_of(node));
  const std::vector<std::string> unread_before = reader.take_unread();
  const std::string object = fmt::format("a {}", name_of(kind));
  read_object<Hook>(reader, node, kKeys, hook, object, only(kind),
                    OtherKeys(reader, hook, actions));
  if (node.type == Node::Type::object) finish(reader, node, hook, actions);
  reader.set_own({});
  hook.unread = reader.take_unread();
  reader.set_unread(unread_before);
  return hook;
}

std::string_view name_of(Kind kind) noexcept {
  constexpr std::string_view kNames[kKinds] = {"step", "check", "job"};
  return kNames[static_cast<std::size_t>(kind)];
}

void read_hooks(Reader& reader, const Node& node, Kind kind, ActionSpecs actions,
                std::vector<Hook>& out) {
  read_items(reader, node,
             [&](const Node& item) { out.push_back(read_hook(reader, item, kind, actions)); });
}

}  // namespace pintle::config
