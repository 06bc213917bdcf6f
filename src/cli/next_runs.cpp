#include "cli/next_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace pintle::cli {
namespace {

using namespace std::chrono;
using Json = nlohmann::ordered_json;
using schedule::WallTime;

/// Takes pieces off the front of a text; after one that does not fit, `is_good` is false.
struct Pieces {
  std::string_view text;
  bool is_good = true;

  int number(std::size_t digits) noexcept {
    int value = 0;
    is_good = is_good && text.size() >= digits;
    for (std::size_t i = 0; is_good && i < digits; ++i) {
      is_good = text[i] >= '0' && text[i] <= '9';
      value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(std::min(digits, text.size()));
    return value;
  }
  /// One of `these`; 0 if it is none.
  char one_of(std::string_view these) noexcept {
    const char c = text.empty() ? '\0' : text.front();
    is_good = is_good && c != '\0' && these.find(c) != std::string_view::npos;
    text.remove_prefix(std::min<std::size_t>(1, text.size()));
    return is_good ? c : '\0';
  }
};

seconds take_time(Pieces& pieces) noexcept {
  const int hour = pieces.number(2);
  (void)pieces.one_of(":");
  const int minute = pieces.number(2);
  int second = 0;
  if (pieces.text.starts_with(':')) {
    (void)pieces.one_of(":");
    second = pieces.number(2);
  }
  pieces.is_good = pieces.is_good && hour < 24 && minute < 60 && second < 60;
  return hours(hour) + minutes(minute) + seconds(second);
}

seconds take_offset(Pieces& pieces) noexcept {
  const char sign = pieces.one_of("Zz+-");
  if (sign == '\0' || sign == 'Z' || sign == 'z') return seconds(0);
  const int hour = pieces.number(2);
  (void)pieces.one_of(":");
  const int minute = pieces.number(2);
  pieces.is_good = pieces.is_good && hour < 24 && minute < 60;
  const seconds offset = hours(hour) + minutes(minute);
  return sign == '-' ? -offset : offset;
}

/// With the offset that the zone has then.
std::string text_of_run(WallTime time, const schedule::Zone* zone) {
  if (zone == nullptr) return rfc3339(time.time_since_epoch().count());
  const seconds offset = zone->period_at(time).offset;
  const auto minutes_ahead = std::abs(offset.count()) / 60;
  std::string text = rfc3339((time + offset).time_since_epoch().count());
  text.pop_back();  // "Z"
  return text + fmt::format("{}{:02}:{:02}", offset.count() < 0 ? '-' : '+', minutes_ahead / 60,
                            minutes_ahead % 60);
}

const config::JobPolicy* find_job(const config::Model& model, const std::string& id) {
  for (const config::Hook& hook : model.hooks) {
    if (hook.id == id) return hook.if_is<config::JobPolicy>();
  }
  return nullptr;
}

}  // namespace

std::optional<WallTime> parse_time(std::string_view text) noexcept {
  Pieces pieces{text};
  const int year_number = pieces.number(4);
  (void)pieces.one_of("-");
  const int month_number = pieces.number(2);
  (void)pieces.one_of("-");
  const int day_number = pieces.number(2);
  if (!pieces.is_good) return std::nullopt;
  const year_month_day date(year(year_number), month(static_cast<unsigned>(month_number)),
                            day(static_cast<unsigned>(day_number)));
  WallTime time{};
  if (date.ok()) time = sys_days(date);
  if (!pieces.text.empty()) {
    (void)pieces.one_of("Tt ");
    time += take_time(pieces);
    time -= take_offset(pieces);
  }
  const bool is_whole = pieces.is_good && date.ok() && pieces.text.empty();
  const bool is_known = time >= schedule::kZoneBegin && time < schedule::kZoneEnd;
  return is_whole && is_known ? std::optional(time) : std::nullopt;
}

Result<NextRuns> NextRuns::of(const std::optional<std::string>& file, std::size_t count,
                              WallTime from) {
  const config::Environ environment = container_environment();
  Loaded loaded = TRY(load_config(file, &environment));
  return NextRuns(std::move(loaded), count, from);
}

Json NextRuns::json(const std::string& id) const {
  const config::JobPolicy* job = find_job(loaded_.model, id);
  if (job == nullptr) return nullptr;
  const config::Schedule& schedule = job->schedule;
  if (!schedule.cron && !schedule.text.empty()) return nullptr;
  const schedule::Zone* zone = schedule.cron ? schedule.cron->zone() : nullptr;
  Json times = Json::array();
  if (job->run_on_start) times.push_back(text_of_run(from_, zone));
  auto slot = from_;
  milliseconds passed{};
  while (times.size() < count_ && !schedule.is_empty()) {
    if (schedule.cron) {
      const auto next = schedule.cron->next_after(slot);
      if (!next) break;
      slot = *next;
    } else {
      passed += schedule.every;
      slot = from_ + floor<seconds>(passed);
    }
    times.push_back(text_of_run(slot, zone));
  }
  return times;
}

}  // namespace pintle::cli
