#include "config/parse_schedule.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

/// Notes a problem for a `timezone` without a cron schedule, where it has no effect.
void check_time_zone(Reader& reader, const Node& hook) {
  const Node* zone = hook.find("timezone");
  const Node* schedule = hook.find("schedule");
  if (zone == nullptr || schedule == nullptr || schedule->type != Node::Type::object) return;
  const Reader::Inside inside(reader, "timezone");
  reader.problem(zone->at, "it has no effect on \"every\"; remove the key");
}

constexpr Key<Schedule> kScheduleKeys[] = {
    {"every",
     into<&Schedule::every, &Reader::positive_duration>,
     "The time from one start to the next; the first run starts that long after the start of main.",
     "6h",
     {},
     kAnyKind,
     true},
};
constexpr auto kSchedule = object_of<kScheduleKeys>({.name = "schedule", .title = "\"schedule\""});

/// True if `name` is a relative path without ".." and other unusual characters.
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

constexpr Form kScheduleForm = kEitherForm<kFormOf<&Reader::cron>, kObjectForm<kSchedule>>;

constexpr Form kTimeZoneForm{.type = Form::Type::text,
                             .pattern = "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$"};

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
  const auto& policy = hook.as<JobPolicy>();
  const Duration every = policy.schedule.every;
  if (jitter == nullptr || every.count() == 0 || policy.jitter < every) return;
  const Reader::Inside inside(reader, "jitter");
  reader.problem(jitter->at, "it must be shorter than \"every\", otherwise runs would be skipped");
}

}  // namespace pintle::config
