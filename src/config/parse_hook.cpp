#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/parse_parts.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kQuestions[] = {"readiness", "liveness", "startup"};

constexpr Kinds kSteps = only(Kind::step);
constexpr Kinds kChecks = only(Kind::check);
constexpr Kinds kJobs = only(Kind::job);

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
void identity(Reader& reader, const Node& node, Hook& out) {
  into<Field, Method>(reader, node, out.identity);
}
template <auto Field, auto Method>
void check(Reader& reader, const Node& node, Hook& out) {
  into<Field, Method>(reader, node, out.check);
}

void read_environment(Reader& reader, const Node& node, Hook& out) {
  read_variables(reader, node, out.identity.environment);
}

void read_precedents(Reader& reader, const Node& node, Hook& out) {
  out.precedents.emplace();
  read_items(reader, node, [&](const Node& item) {
    if (auto id = reader.text(item)) {
      out.precedents->push_back({std::move(*id), item.at, reader.pointer()});
    }
  });
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

constexpr Key<Hook> kKeys[] = {
    {"id", read_id, "The hook's name, unique in the document."},
    {"command", read_program, "The program to execute, by path or by name in PATH."},
    {"arguments", read_hook_arguments, "Its arguments, each passed as it is, never split."},
    {"directory", read_directory, "Make a directory, or give it its mode and owner.", kSteps},
    {"http", read_http, "Ask a URL of this container.", kChecks},
    {"tcp", read_tcp, "Connect to a port of this container.", kChecks},
    {"timeout", into<&Hook::timeout, &Reader::positive_duration>,
     "How long an attempt may take before its process group is stopped."},
    {"user", identity<&Identity::user, &Reader::filled_text>, "Who runs it: user or user:group."},
    {"workingDirectory", identity<&Identity::working_directory, &Reader::expandable>,
     "Where it runs."},
    {"environment", read_environment, "Variables of this hook."},
    {"useSystemEnvironment", identity<&Identity::use_system_environment, &Reader::boolean>,
     "Pass the container's environment on; otherwise only what is declared, and PATH."},
    {"umask", identity<&Identity::umask, &Reader::mode>, "Its file mode creation mask, in octal."},
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

constexpr std::string_view kActions[] = {"command", "directory", "http", "tcp"};

bool offers(std::string_view action, Kind kind) noexcept {
  return std::any_of(std::begin(kKeys), std::end(kKeys), [&](const Key<Hook>& key) {
    return key.name == action && (key.kinds & only(kind)) != 0;
  });
}

/// Exactly one action, and what belongs to it.
void check_action(Reader& reader, const Node& node, Kind kind) {
  std::vector<std::string_view> found;
  std::vector<std::string_view> offered;
  for (const std::string_view action : kActions) {
    if (!offers(action, kind)) continue;
    offered.push_back(action);
    if (node.find(action) != nullptr) found.push_back(action);
  }
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

void finish(Reader& reader, const Node& node, Hook& hook) {
  check_action(reader, node, hook.kind);
  if (node.find("id") == nullptr) reader.problem(node.at, "the key \"id\" is missing");
  if (hook.kind == Kind::job && node.find("schedule") == nullptr) {
    reader.problem(node.at, "the key \"schedule\" is missing");
  }
  if (auto* command = std::get_if<Command>(&hook.action)) {
    command->shell_form = node.find("arguments") == nullptr && looks_like_shell(command->program);
  }
}

Hook read_hook(Reader& reader, const Node& node, Kind kind) {
  Hook hook{.kind = kind, .at = node.at, .pointer = reader.pointer()};
  const std::string object = fmt::format("a {}", name_of(kind));
  read_object<Hook>(reader, node, kKeys, hook, object, only(kind));
  if (node.type == Node::Type::object) finish(reader, node, hook);
  return hook;
}

}  // namespace

std::string_view name_of(Kind kind) noexcept {
  constexpr std::string_view kNames[kKinds] = {"step", "check", "job"};
  return kNames[static_cast<std::size_t>(kind)];
}

void read_hooks(Reader& reader, const Node& node, Kind kind, std::vector<Hook>& out) {
  read_items(reader, node, [&](const Node& item) { out.push_back(read_hook(reader, item, kind)); });
}

}  // namespace pintle::config
