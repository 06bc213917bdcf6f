#include "config/parse_condition.hpp"

#include <fmt/format.h>

#include "config/image_mode.hpp"
#include "config/parse_hook.hpp"
#include "config/parse_variables.hpp"
#include "config/scope.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

using Type = Condition::Type;

template <Type type, const auto& Inner>
void read_as(Reader& reader, const Node& node, Condition& out) {
  out.type = type;
  Inner.read(reader, node, out);
}
template <Type type, const auto& Inner>
constexpr Slot<Condition> kAs{read_as<type, Inner>, Inner.form};

void read_name(Reader& reader, const Node& node, Condition& out) {
  const auto name = reader.text(node);
  if (!name || !check_variable_name(reader, *name, node.at)) return;
  reader.use(*name);
  out.text = *name;
}
/// For a user, and for the base name of a program. The checks refuse a text that could never be
/// equal to one.
void read_user(Reader& reader, const Node& node, Condition& out) {
  auto user = reader.nonempty_text(node);
  if (user && user->find_first_of(":$") != std::string::npos) {
    return reader.problem(node.at,
                          "write the name or the uid of a user, without group and "
                          "without variables");
  }
  if (user) out.text = *std::move(user);
}
void read_program_name(Reader& reader, const Node& node, Condition& out) {
  auto program = reader.nonempty_text(node);
  if (program && program->find_first_of("/$") != std::string::npos) {
    return reader.problem(node.at,
                          "write the part of the program's path after the last \"/\", "
                          "without variables");
  }
  if (program) out.text = *std::move(program);
}
constexpr Form kUserForm{.type = Form::Type::text, .pattern = "^[^:$]+$"};
constexpr Form kProgramForm{.type = Form::Type::text, .pattern = "^[^/$]+$"};

void read_part(Reader& reader, const Node& node, Condition& out) {
  if (auto part = read_condition(reader, node)) out.parts.push_back(std::move(*part));
}
void read_parts(Reader& reader, const Node& node, Condition& out) {
  read_items(reader, node, [&](const Node& item) { read_part(reader, item, out); });
}

void read_value_pattern(Reader& reader, const Node& node, Condition& out) {
  auto pattern = reader.nonempty_text(node);
  if (!pattern) return;
  if (std::string wrong = check_pattern(*pattern); !wrong.empty()) {
    return reader.problem(node.at, std::move(wrong));
  }
  out.pattern = *std::move(pattern);
}

constexpr Key<Condition> kVariableKeys[] = {
    {.name = "name",
     .value = {read_name, &kVariableNameForm},
     .help = "The name of the variable.",
     .example = "LOG_LEVEL",
     .required = true},
    {.name = "pattern",
     .value = {read_value_pattern, &kFormOf<&Reader::nonempty_text>},
     .help = "A regular expression (extended, regex(7)) that the whole value must match.",
     .example = "debug|trace",
     .required = true},
};
constexpr auto kConditionVariable =
    object_of<kVariableKeys>({.name = "variableCondition", .title = "\"environment\""});

void read_variable(Reader& reader, const Node& node, Condition& out) {
  if (node.type == Node::Type::object) return read_object(reader, node, kConditionVariable, out);
  read_name(reader, node, out);
}

constexpr Key<Condition> kContentKeys[] = {
    {.name = "path",
     .value = text<&Condition::text, kPath>,
     .help = "The file. A file that does not exist has no lines.",
     .example = "/data/PG_VERSION",
     .required = true},
    {.name = "pattern",
     .value = {read_value_pattern, &kFormOf<&Reader::nonempty_text>},
     .help = "A regular expression (extended, regex(7)) that one of its lines must match, in whole "
             "or in part.",
     .example = "^17$",
     .required = true},
};
constexpr auto kContent =
    object_of<kContentKeys>({.name = "fileContains", .title = "\"fileContains\""});

void read_content(Reader& reader, const Node& node, Condition& out) {
  read_object(reader, node, kContent, out);
}

constexpr Slot<Condition> kPathText = text<&Condition::text, kPath>;
constexpr Form kVariableForm = kEitherForm<kVariableNameForm, kObjectForm<kConditionVariable>>;
constexpr Slot<Condition> kVariableSlot{read_variable, &kVariableForm};
constexpr Slot<Condition> kContentSlot{read_content, &kObjectForm<kContent>};
constexpr Slot<Condition> kUserSlot{read_user, &kUserForm};
constexpr Slot<Condition> kProgramSlot{read_program_name, &kProgramForm};
constexpr Slot<Condition> kArgumentSlot{read_value_pattern, &kFormOf<&Reader::nonempty_text>};
constexpr Slot<Condition> kMode = word<&Condition::image_mode, kImageModes>;
constexpr Slot<Condition> kPart{read_part, &kConditionForm};
constexpr Slot<Condition> kAll{read_parts, &kListForm<kConditionForm>};

constexpr Key<Condition> kConditionKeys[] = {
    {"fileExists", kAs<Type::file, kPathText>,
     "The path exists for the user of the hook and is not a directory.", "/data/initialized"},
    {"directoryExists", kAs<Type::directory, kPathText>, "The path is a directory.", "/data/cache"},
    {"directoryEmpty", kAs<Type::empty_directory, kPathText>,
     "The path is a directory without entries, or does not exist.", "/var/www/html"},
    {"fileContains", kAs<Type::content, kContentSlot>,
     "A line of the file matches the pattern. The file may have at most 16MiB.",
     R"({"path": "/data/PG_VERSION", "pattern": "^17$"})"},
    {"environment", kAs<Type::variable, kVariableSlot>,
     "The variable has a value (an empty one counts only with allowEmpty), and the whole value "
     "matches the pattern, if there is one.",
     R"({"name": "MODE", "pattern": "replica"})"},
    {"startedAs", kAs<Type::started_as, kUserSlot>,
     "The container was started as this user, by name or uid.", "root"},
    {"command", kAs<Type::command, kProgramSlot>,
     "The program of main has this base name. The command line may have replaced it.",
     "redis-server"},
    {"argument", kAs<Type::argument, kArgumentSlot>,
     "A word of the command line, behind the name of the program, matches this regular expression "
     "(extended, regex(7)) as a whole. What `arguments` of main has does not count.",
     "--help|--version"},
    {"imageMode", kAs<Type::image_mode, kMode>, "The image mode is this one.", "layered"},
    {"not", kAs<Type::negation, kPart>, "The condition is false.",
     R"({"fileExists": "/data/initialized"})"},
    {"all", kAs<Type::all, kAll>, "All of the conditions are true.",
     R"([{"environment": "DATABASE_URL"}, {"not": {"fileExists": "/data/initialized"}}])"},
    {"any", kAs<Type::any, kAll>, "At least one of the conditions is true.",
     R"([{"environment": "DATABASE_URL"}, {"fileExists": "/data/database.url"}])"},
};
constexpr Rule kOneConditionKey[] = {{Rule::Type::lone_key}};
constexpr auto kCondition = object_of<kConditionKeys>(
    {.name = "conditionObject", .title = "a condition", .rules = kOneConditionKey});

// Conditions of arguments.
void read_start_part(Reader& reader, const Node& node, Condition& out) {
  if (auto part = read_start_condition(reader, node)) out.parts.push_back(std::move(*part));
}
void read_start_parts(Reader& reader, const Node& node, Condition& out) {
  read_items(reader, node, [&](const Node& item) { read_start_part(reader, item, out); });
}
constexpr Slot<Condition> kStartPart{read_start_part, &kStartConditionForm};
constexpr Slot<Condition> kStartAll{read_start_parts, &kListForm<kStartConditionForm>};

constexpr Key<Condition> kStartKeys[] = {
    kConditionKeys[3],
    kConditionKeys[4],
    kConditionKeys[5],
    kConditionKeys[6],
    kConditionKeys[7],
    {"not", kAs<Type::negation, kStartPart>, "The condition is false.",
     R"({"environment": "WAL_DIR"})"},
    {"all", kAs<Type::all, kStartAll>, "All of the conditions are true.",
     R"([{"environment": "WAL_DIR"}, {"startedAs": "root"}])"},
    {"any", kAs<Type::any, kStartAll>, "At least one of the conditions is true.",
     R"([{"environment": "WAL_DIR"}, {"startedAs": "root"}])"},
};
constexpr auto kStart = object_of<kStartKeys>(
    {.name = "startCondition", .title = "a condition of an argument", .rules = kOneConditionKey});

// Conditions of `when` of a job: they have more leaves, but no steps.
template <Type type>
void read_flag(Reader& reader, const Node& node, Condition& out) {
  const auto wanted = reader.boolean(node);
  out.type = type;
  if (!wanted || *wanted) return;
  Condition leaf = out;
  out = {.type = Type::negation, .at = out.at, .pointer = out.pointer};
  out.parts.push_back(std::move(leaf));
}
void read_when_part(Reader& reader, const Node& node, Condition& out) {
  if (auto part = read_when(reader, node)) out.parts.push_back(std::move(*part));
}
void read_when_parts(Reader& reader, const Node& node, Condition& out) {
  read_items(reader, node, [&](const Node& item) { read_when_part(reader, item, out); });
}

template <Type type>
constexpr Slot<Condition> kFlag{read_flag<type>, &kFormOf<&Reader::boolean>};
constexpr Slot<Condition> kWhenPart{read_when_part, &kWhenForm};
constexpr Slot<Condition> kWhenAll{read_when_parts, &kListForm<kWhenForm>};
constexpr std::string_view kWhenWords[] = {"healthy", "ready"};

constexpr Key<Condition> kWhenKeys[] = {
    {"healthy", kFlag<Type::healthy>, "The container is healthy, as 'pintle health' says.", "true"},
    {"ready", kFlag<Type::ready>, "The container is ready, as 'pintle health --ready' says.",
     "true"},
    kConditionKeys[0],
    kConditionKeys[1],
    kConditionKeys[2],
    kConditionKeys[3],
    kConditionKeys[4],
    kConditionKeys[5],
    kConditionKeys[6],
    kConditionKeys[7],
    kConditionKeys[8],
    {"not", kAs<Type::negation, kWhenPart>, "The condition is false.", "ready"},
    {"all", kAs<Type::all, kWhenAll>, "All of the conditions are true.",
     R"(["healthy", {"imageMode": "layered"}])"},
    {"any", kAs<Type::any, kWhenAll>, "At least one of the conditions is true.",
     R"(["healthy", {"fileExists": "/data/unattended"}])"},
};
constexpr std::string_view kWhenNames[] = {
    "healthy",     "ready",     "fileExists", "directoryExists", "directoryEmpty", "fileContains",
    "environment", "startedAs", "command",    "argument",        "imageMode",      "not",
    "all",         "any"};
constexpr Rule kWhenRules[] = {{Rule::Type::at_least_one, kWhenNames}};
constexpr auto kWhen =
    object_of<kWhenKeys>({.name = "whenObject", .title = "\"when\"", .rules = kWhenRules});

/// Each key is a condition of its own.
void read_when_object(Reader& reader, const Node& node, Condition& out) {
  check_rules(reader, node, kWhenRules);
  for (const Member& member : node.members) {
    const Node one{.type = Node::Type::object, .at = member.at, .members = {member}};
    Condition part{.at = member.at, .pointer = fmt::format("{}/{}", reader.pointer(), member.key)};
    read_object(reader, one, kWhen, part);
    out.parts.push_back(std::move(part));
  }
}

}  // namespace

constexpr Form kConditionForm{.type = Form::Type::either,
                              .parts = kParts<kIdForm, kObjectForm<kCondition>>,
                              .name = "condition"};

constexpr Form kWhenForm{.type = Form::Type::either,
                         .parts = kParts<kWordForm<kWhenWords>, kObjectForm<kWhen>>,
                         .name = "when"};

std::optional<Condition> read_when(Reader& reader, const Node& node) {
  Condition out{.at = node.at, .pointer = reader.pointer()};
  if (node.type == Node::Type::object) {
    read_when_object(reader, node, out);
    return out;
  }
  const auto word = reader.word(node, kWhenWords);
  if (!word) return std::nullopt;
  out.type = *word == 0 ? Type::healthy : Type::ready;
  return out;
}

namespace {

/// Reads the condition from an object with one key; `what` names for a message what may be written.
std::optional<Condition> read_lone(Reader& reader, const Node& node,
                                   const Object<Condition>& object, std::string_view what) {
  if (!reader.is(node, Node::Type::object)) return std::nullopt;
  if (node.members.size() != 1) {
    reader.problem(node.at,
                   fmt::format("a condition is {}; use \"all\" or \"any\" to join several", what));
    return std::nullopt;
  }
  const Member& member = node.members.front();
  Condition out{.at = member.at, .pointer = fmt::format("{}/{}", reader.pointer(), member.key)};
  read_object(reader, node, object, out);
  return out;
}

}  // namespace

std::optional<Condition> read_condition(Reader& reader, const Node& node) {
  if (node.type == Node::Type::string) {
    return Condition{
        .type = Type::step, .text = node.text, .at = node.at, .pointer = reader.pointer()};
  }
  return read_lone(reader, node, kCondition, "the id of a step, or an object with one key");
}

constexpr Form kStartConditionForm{
    .type = Form::Type::object, .object = &kStart, .name = "startCondition"};

std::optional<Condition> read_start_condition(Reader& reader, const Node& node) {
  return read_lone(reader, node, kStart, "an object with one key");
}

}  // namespace pintle::config
