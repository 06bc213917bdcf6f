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
/// Of the user, and of the base name of a program: other texts could never be equal to one.
void read_user(Reader& reader, const Node& node, Condition& out) {
  auto user = reader.filled_text(node);
  if (user && user->find_first_of(":$") != std::string::npos) {
    return reader.problem(node.at,
                          "write a user's name or uid alone; it is not expanded, and the "
                          "group does not matter");
  }
  if (user) out.text = *std::move(user);
}
void read_program(Reader& reader, const Node& node, Condition& out) {
  auto program = reader.filled_text(node);
  if (program && program->find_first_of("/$") != std::string::npos) {
    return reader.problem(node.at,
                          "write what follows the last \"/\" of the program's path; it is "
                          "not expanded");
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

void read_pattern(Reader& reader, const Node& node, Condition& out) {
  auto pattern = reader.filled_text(node);
  if (!pattern) return;
  if (std::string wrong = check_pattern(*pattern); !wrong.empty()) {
    return reader.problem(node.at, std::move(wrong));
  }
  out.pattern = *std::move(pattern);
}

constexpr Key<Condition> kVariableKeys[] = {
    {.name = "name",
     .value = {read_name, &kVariableNameForm},
     .help = "The variable.",
     .example = "LOG_LEVEL",
     .required = true},
    {.name = "pattern",
     .value = {read_pattern, &kFormOf<&Reader::filled_text>},
     .help = "A regular expression (extended, regex(7)) that its whole value matches.",
     .example = "debug|trace",
     .required = true},
};
constexpr auto kVariable =
    object_of<kVariableKeys>({.name = "variableCondition", .title = "\"environment\""});

void read_variable(Reader& reader, const Node& node, Condition& out) {
  if (node.type == Node::Type::object) return read_object(reader, node, kVariable, out);
  read_name(reader, node, out);
}

constexpr Key<Condition> kContentKeys[] = {
    {.name = "path",
     .value = text<&Condition::text, kPath>,
     .help = "The file; one that is not there has no lines.",
     .example = "/data/PG_VERSION",
     .required = true},
    {.name = "pattern",
     .value = {read_pattern, &kFormOf<&Reader::filled_text>},
     .help = "A regular expression (extended, regex(7)) that is in one of its lines.",
     .example = "^17$",
     .required = true},
};
constexpr auto kContent =
    object_of<kContentKeys>({.name = "fileContains", .title = "\"fileContains\""});

void read_content(Reader& reader, const Node& node, Condition& out) {
  read_object(reader, node, kContent, out);
}

constexpr Slot<Condition> kPathText = text<&Condition::text, kPath>;
constexpr Form kVariableForm = kEitherForm<kVariableNameForm, kObjectForm<kVariable>>;
constexpr Slot<Condition> kVariableSlot{read_variable, &kVariableForm};
constexpr Slot<Condition> kContentSlot{read_content, &kObjectForm<kContent>};
constexpr Slot<Condition> kUserSlot{read_user, &kUserForm};
constexpr Slot<Condition> kProgramSlot{read_program, &kProgramForm};
constexpr Slot<Condition> kMode = word<&Condition::image_mode, kImageModes>;
constexpr Slot<Condition> kPart{read_part, &kConditionForm};
constexpr Slot<Condition> kAll{read_parts, &kListForm<kConditionForm>};

constexpr Key<Condition> kConditionKeys[] = {
    {"fileExists", kAs<Type::file, kPathText>,
     "Something is there, as the hook's user sees it, that is no directory.", "/data/initialized"},
    {"directoryExists", kAs<Type::directory, kPathText>, "A directory is there.", "/data/cache"},
    {"fileContains", kAs<Type::content, kContentSlot>,
     "A line of the file, which has at most 16MiB, matches.",
     R"({"path": "/data/PG_VERSION", "pattern": "^17$"})"},
    {"environment", kAs<Type::variable, kVariableSlot>,
     "The variable has a value that is not empty, or may be (allowEmpty); and its whole value "
     "matches the pattern, if there is one.",
     R"({"name": "MODE", "pattern": "replica"})"},
    {"startedAs", kAs<Type::started_as, kUserSlot>,
     "The container was started as this user, by name or uid.", "root"},
    {"command", kAs<Type::command, kProgramSlot>,
     "Main's program has this base name, after the command line has had its say.", "redis-server"},
    {"imageMode", kAs<Type::image_mode, kMode>, "It is this image mode.", "layered"},
    {"not", kAs<Type::negation, kPart>, "The condition does not hold.",
     R"({"fileExists": "/data/initialized"})"},
    {"all", kAs<Type::all, kAll>, "All of them hold.",
     R"([{"environment": "DATABASE_URL"}, {"not": {"fileExists": "/data/initialized"}}])"},
    {"any", kAs<Type::any, kAll>, "One of them holds.",
     R"([{"environment": "DATABASE_URL"}, {"fileExists": "/data/database.url"}])"},
};
constexpr Rule kOneKey[] = {{Rule::Type::lone_key}};
constexpr auto kCondition = object_of<kConditionKeys>(
    {.name = "conditionObject", .title = "a condition", .rules = kOneKey});

// What an argument asks for.
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
    {"not", kAs<Type::negation, kStartPart>, "This does not hold.",
     R"({"environment": "WAL_DIR"})"},
    {"all", kAs<Type::all, kStartAll>, "All of them hold.",
     R"([{"environment": "WAL_DIR"}, {"startedAs": "root"}])"},
    {"any", kAs<Type::any, kStartAll>, "One of them holds.",
     R"([{"environment": "WAL_DIR"}, {"startedAs": "root"}])"},
};
constexpr auto kStart = object_of<kStartKeys>(
    {.name = "startCondition", .title = "a condition of an argument", .rules = kOneKey});

// `when` of a job has more leaves, and no steps to ask for.
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
    {"ready", kFlag<Type::ready>, "It is ready, as 'pintle health --ready' says.", "true"},
    kConditionKeys[0],
    kConditionKeys[1],
    kConditionKeys[2],
    kConditionKeys[3],
    kConditionKeys[4],
    kConditionKeys[5],
    kConditionKeys[6],
    {"not", kAs<Type::negation, kWhenPart>, "This does not hold.", "ready"},
    {"all", kAs<Type::all, kWhenAll>, "All of them hold.",
     R"(["healthy", {"imageMode": "layered"}])"},
    {"any", kAs<Type::any, kWhenAll>, "One of them holds.",
     R"(["healthy", {"fileExists": "/data/unattended"}])"},
};
constexpr std::string_view kWhenNames[] = {
    "healthy",      "ready",       "fileExists", "directoryExists",
    "fileContains", "environment", "startedAs",  "command",
    "imageMode",    "not",         "all",        "any"};
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

/// Of an object with one key.
std::optional<Condition> read_lone(Reader& reader, const Node& node,
                                   const Object<Condition>& object, std::string_view what) {
  if (!reader.is(node, Node::Type::object)) return std::nullopt;
  if (node.members.size() != 1) {
    reader.problem(node.at,
                   fmt::format("a condition is {}; \"all\" and \"any\" join several", what));
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
