// The slots of a cron: first as clocks in the zone show them, then in UTC.
#include <algorithm>
#include <bit>

#include "schedule/cron.hpp"

namespace pintle::schedule {
namespace {

using namespace std::chrono;
using Set = std::uint64_t;

constexpr bool has(Set set, unsigned value) noexcept {
  return (set >> value & 1U) != 0;
}

}  // namespace

// --- as clocks show them ---------------------------------------------------------------------

bool Cron::is_slot_day(local_days day) const noexcept {
  const bool is_day = has(days_, static_cast<unsigned>(year_month_day(day).day()));
  const bool is_weekday = has(weekdays_, weekday(day).c_encoding());
  return either_is_enough_ ? is_day || is_weekday : is_day && is_weekday;
}

std::optional<local_days> Cron::next_day(local_days from) const noexcept {
  const year_month_day start(from);
  for (auto one = start.year() / start.month(); one.year() < kEndYear; one += months(1)) {
    if (!has(months_, static_cast<unsigned>(one.month()))) continue;
    const local_days end(one / std::chrono::last);
    for (local_days day = std::max(from, local_days(one / 1)); day <= end; day += days(1)) {
      if (is_slot_day(day)) return day;
    }
  }
  return std::nullopt;
}

std::optional<minutes> Cron::next_minute(minutes from) const noexcept {
  auto minute = static_cast<unsigned>(from.count() % 60);
  for (auto hour = static_cast<unsigned>(from.count() / 60); hour < 24; ++hour) {
    const Set left = minutes_ >> minute;
    if (has(hours_, hour) && left != 0) {
      return hours(hour) + minutes(minute + static_cast<unsigned>(std::countr_zero(left)));
    }
    minute = 0;
  }
  return std::nullopt;
}

std::optional<ShownTime> Cron::next_shown_after(ShownTime time) const noexcept {
  const auto first = floor<minutes>(time) + minutes(1);
  const local_days today = floor<days>(first);
  const auto day = next_day(today);
  if (!day) return std::nullopt;
  if (*day > today) return *day + *next_minute(minutes(0));
  if (const auto minute = next_minute(first - today)) return today + *minute;
  const auto later = next_day(today + days(1));
  if (!later) return std::nullopt;
  return *later + *next_minute(minutes(0));
}

// --- in a zone -------------------------------------------------------------------------------

std::optional<WallTime> Cron::next_after(WallTime time) const noexcept {
  if (zone_) return has_open_hour_ ? next_in_elapsed(time) : next_once(time);
  const auto shown = next_shown_after(ShownTime(time.time_since_epoch()));
  if (!shown) return std::nullopt;
  return WallTime(shown->time_since_epoch());
}

std::optional<WallTime> Cron::next_in_elapsed(WallTime time) const noexcept {
  for (WallTime from = time + seconds(1);;) {
    const Period period = zone_->period_at(from);
    const auto shown = next_shown_after(period.shown_at(from) - seconds(1));
    if (!shown) return std::nullopt;
    const WallTime slot = period.time_of(*shown);
    if (slot < period.end) return slot;
    from = period.end;
  }
}

std::optional<WallTime> Cron::next_once(WallTime time) const noexcept {
  const auto shown = next_shown_after(zone_->furthest_shown(time));
  if (!shown) return std::nullopt;
  return zone_->first_showing(*shown);
}

}  // namespace pintle::schedule
