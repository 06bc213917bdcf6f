// Conditions, back-offs and schedules: values with a form of their own.
#include <fmt/format.h>

#include "base/text.hpp"
#include "config/parse_parts.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kBackoffs[] = {"none", "constant", "linear", "exponential"};

constexpr Key<Backoff> kBackoffKeys[] = {
    {"type", word<&Backoff::type, kBackoffs>, "How the waits grow.", "linear", "exponential"},
    {"initial", into<&Backoff::initial, &Reader::duration>, "The first wait.", "500ms", "1s"},
    {"max", into<&Backoff::max, &Reader::duration>, "The longest wait.", "30s", "60s"},
    {"factor", fraction<&Backoff::factor, 1, 100>,
     "What each wait is multiplied by, if exponential.", "1.5", "2"},
    {"jitter", fraction<&Backoff::jitter, 0, 1>, "The part of each wait that chance decides.",
     "0.2", "0"},
};
constexpr auto kBackoff = object_of<kBackoffKeys>({.name = "backoff", .title = "\"backoff\""});

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
  if (name && check_variable_name(reader, *name, node.at)) out.text = *name;
}
void read_part(Reader& reader, const Node& node, Condition& out) {
  if (auto part = read_condition(reader, node)) out.parts.push_back(std::move(*part));
}
void read_parts(Reader& reader, const Node& node, Condition& out) {
  read_items(reader, node, [&](const Node& item) { read_part(reader, item, out); });
}

constexpr Slot<Condition> kPath = into<&Condition::text, &Reader::path>;
constexpr Slot<Condition> kName{read_name, &kVariableNameForm};
constexpr Slot<Condition> kMode = word<&Condition::image_mode, kImageModes>;
constexpr Slot<Condition> kPart{read_part, &kConditionForm};
constexpr Slot<Condition> kAll{read_parts, &kListForm<kConditionForm>};

constexpr Key<Condition> kConditionKeys[] = {
    {"fileExists", kAs<Type::file, kPath>,
     "A regular file is there, as the hook's user sees it; a directory, a device or a "
     "socket is none.",
     "/data/initialized"},
    {"directoryExists", kAs<Type::directory, kPath>, "A directory is there.", "/data/cache"},
    {"environment", kAs<Type::variable, kName>,
     "The variable has a value that is not empty, or may be (allowEmpty).", "DATABASE_URL"},
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
    {"not", kAs<Type::negation, kWhenPart>, "This does not hold.", "ready"},
    {"all", kAs<Type::all, kWhenAll>, "All of them hold.",
     R"(["healthy", {"imageMode": "layered"}])"},
    {"any", kAs<Type::any, kWhenAll>, "One of them holds.",
     R"(["healthy", {"fileExists": "/data/unattended"}])"},
};
constexpr std::string_view kWhenNames[] = {
    "healthy", "ready", "fileExists", "directoryExists", "environment", "imageMode",
    "not",     "all",   "any"};
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

/// `timezone` without a cron means nothing.
void check_time_zone(Reader& reader, const Node& hook) {
  const Node* zone = hook.find("timezone");
  const Node* schedule = hook.find("schedule");
  if (zone == nullptr || schedule == nullptr || schedule->type != Node::Type::object) return;
  const Reader::Inside inside(reader, "timezone");
  reader.problem(zone->at, "\"every\" is the same in every time zone; leave the key out");
}

constexpr Key<Schedule> kScheduleKeys[] = {
    {"every",
     into<&Schedule::every, &Reader::positive_duration>,
     "The time between two starts, from the start of main.",
     "6h",
     {},
     kAnyKind,
     true},
};
constexpr auto kSchedule = object_of<kScheduleKeys>({.name = "schedule", .title = "\"schedule\""});

/// A relative path that leads nowhere but down.
bool is_zone_name(std::string_view name) noexcept {
  char before = '/';
  for (const char c : name) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-' || c == '+' || (c == '/' && before != '/');
    if (!fits) return false;
    before = c;
  }
  return before != '/';
}

}  // namespace

constexpr Form kBackoffForm = kEitherForm<kWordForm<kBackoffs>, kObjectForm<kBackoff>>;
constexpr Form kScheduleForm = kEitherForm<kFormOf<&Reader::cron>, kObjectForm<kSchedule>>;

constexpr Form kTimeZoneForm{.type = Form::Type::text,
                             .pattern = "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$"};

constexpr Form kConditionForm{.type = Form::Type::either,
                              .parts = kParts<kIdForm, kObjectForm<kCondition>>,
                              .name = "condition"};

constexpr Form kWhenForm{.type = Form::Type::either,
                         .parts = kParts<kWordForm<kWhenWords>, kObjectForm<kWhen>>,
                         .name = "when"};

void read_backoff(Reader& reader, const Node& node, Backoff& out) {
  if (node.type != Node::Type::object) {
    return word<&Backoff::type, kBackoffs>.read(reader, node, out);
  }
  out.type = BackoffType::exponential;
  read_object(reader, node, kBackoff, out);
}

void read_schedule(Reader& reader, const Node& node, Schedule& out) {
  if (node.type == Node::Type::object) return read_object(reader, node, kSchedule, out);
  if (node.type != Node::Type::string) {
    return reader.problem(node.at,
                          fmt::format("a schedule is a string like \"*/15 * * * *\", or an object "
                                      "like {{\"every\": \"6h\"}}; found {}",
                                      name_of(node.type)));
  }
  out.cron = reader.cron(node);
  out.text = node.text;
}

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

void read_time_zone(Reader& reader, const Node& node, Schedule& out) {
  auto name = reader.text(node);
  if (!name) return;
  if (!is_zone_name(*name)) {
    return reader.problem(node.at, fmt::format("\"{}\" is not the name of a time zone; write it "
                                               "like \"Europe/Berlin\"",
                                               one_line(*name, 60)));
  }
  out.timezone = std::move(*name);
  out.timezone_at = node.at;
}

void check_schedule(Reader& reader, const Node& node, const Hook& hook) {
  check_time_zone(reader, node);
  const Node* jitter = node.find("jitter");
  const Duration every = hook.schedule.every;
  if (jitter == nullptr || every.count() == 0 || hook.job.jitter < every) return;
  const Reader::Inside inside(reader, "jitter");
  reader.problem(jitter->at, "it must be shorter than \"every\", else runs are left out");
}

std::optional<Condition> read_condition(Reader& reader, const Node& node) {
  if (node.type == Node::Type::string) {
    return Condition{
        .type = Type::step, .text = node.text, .at = node.at, .pointer = reader.pointer()};
  }
  if (!reader.is(node, Node::Type::object)) return std::nullopt;
  if (node.members.size() != 1) {
    reader.problem(node.at,
                   "a condition is the id of a step, or an object with one key; "
                   "\"all\" and \"any\" join several");
    return std::nullopt;
  }
  const Member& member = node.members.front();
  Condition out{.at = member.at, .pointer = fmt::format("{}/{}", reader.pointer(), member.key)};
  read_object(reader, node, kCondition, out);
  return out;
}

}  // namespace pintle::config
