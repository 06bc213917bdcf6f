#include "schedule/cron.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <limits>
#include <span>
#include <string>

#include "base/text.hpp"

namespace pintle::schedule {
namespace {

using namespace std::chrono;
using Set = std::uint64_t;
using Names = std::span<const std::string_view>;

struct Field {
  std::string_view name;
  unsigned least;
  unsigned most;
  Names names = {};  ///< names of the values, from `least` on
};
enum { kMinute, kHour, kDay, kMonth, kWeekday };
constexpr Field kFields[] = {
    {"minute", 0, 59},
    {"hour", 0, 23},
    {"day of the month", 1, 31},
    {"month", 1, 12, kMonthNames},
    {"day of the week", 0, 7, kWeekdayNames},
};
using Words = std::array<std::string_view, std::size(kFields)>;

constexpr std::string_view kBlanks = " \t";

Error wrong(std::string detail) {
  return {"read the schedule", 0, {}, std::move(detail)};
}

Error wrong(const Field& field, std::string_view word, std::string_view why) {
  return wrong(fmt::format("the {} \"{}\" {}", field.name, one_line(word, 40), why));
}

constexpr bool has(Set set, unsigned value) noexcept {
  return (set >> value & 1U) != 0;
}

// --- fields ----------------------------------------------------------------------------------

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// What to write instead of a field that only other programs understand; "" for any other field.
std::string_view advice_for(std::string_view word) noexcept {
  const std::string_view rest(std::find_if_not(word.begin(), word.end(), is_digit), word.end());
  if (word == "?") return "; write \"*\" for any";
  const bool is_chosen = word.starts_with('H') || word.find('~') != word.npos;
  if (is_chosen) return "; write a number, and \"jitter\" next to the schedule";
  const bool is_last = word.starts_with('L') || (!word.empty() && word.back() == 'L');
  if (is_last || rest == "W" || word.find('#') != word.npos) {
    return "; L, W and # are not supported: write the days, as in \"28-31\", and let the program "
           "check the date";
  }
  return {};
}

Result<unsigned> parse_value(const Field& field, std::string_view word) {
  for (unsigned i = 0; i < field.names.size(); ++i) {
    if (equal_without_case(field.names[i], word)) return field.least + i;
  }
  if (word.empty() || !std::all_of(word.begin(), word.end(), is_digit)) {
    const std::string_view why =
        field.names.empty() ? "is not a number" : "is neither a number nor a name";
    return wrong(field, word, fmt::format("{}{}", why, advice_for(word)));
  }
  unsigned value = std::numeric_limits<unsigned>::max();  // from_chars() does not change it if the
                                                          // number is too large
  (void)std::from_chars(word.data(), word.data() + word.size(), value);
  if (value > field.most) return wrong(field, word, fmt::format("is above {}", field.most));
  if (value < field.least) return wrong(field, word, fmt::format("is below {}", field.least));
  return value;
}

struct Range {
  unsigned first;
  unsigned last;
};

Result<Range> parse_range(const Field& field, std::string_view word) {
  if (word == "*") return Range{field.least, field.most};
  const std::size_t dash = word.find('-');
  const unsigned first = TRY(parse_value(field, word.substr(0, dash)));
  if (dash == std::string_view::npos) return Range{first, first};
  const unsigned last = TRY(parse_value(field, word.substr(dash + 1)));
  if (last < first) return wrong(field, word, "ends before it begins; write two ranges");
  return Range{first, last};
}

/// "5/15" is not allowed in crontab(5); some programs read it as "from 5 on". Saturday is the last
/// day of the week here, since 7 is Sunday again.
Error without_range(const Field& field, std::string_view part, unsigned first, unsigned step) {
  const unsigned last = field.most == kFields[kWeekday].most ? 6 : field.most;
  const std::string meant =
      first + step > last ? fmt::format("{}", first) : fmt::format("{}-{}/{}", first, last, step);
  return wrong(field, part, fmt::format("has a step without a range; write \"{}\"", meant));
}

Result<Set> parse_part(const Field& field, std::string_view part) {
  const std::size_t slash = part.find('/');
  const std::string_view word = part.substr(0, slash);
  const Range range = TRY(parse_range(field, word));
  unsigned step = 1;
  if (slash != std::string_view::npos) {
    const std::string name = fmt::format("step of the {}", field.name);
    step = TRY(parse_value(Field{name, 1, field.most}, part.substr(slash + 1)));
    if (word != "*" && word.find('-') == std::string_view::npos) {
      return without_range(field, part, range.first, step);
    }
  }
  Set set = 0;
  for (unsigned value = range.first; value <= range.last; value += step) set |= Set{1} << value;
  return set;
}

Result<Set> parse_field(const Field& field, std::string_view text) {
  Set set = 0;
  for (;;) {
    const std::size_t comma = text.find(',');
    set |= TRY(parse_part(field, text.substr(0, comma)));
    if (comma == std::string_view::npos) return set;
    text.remove_prefix(comma + 1);
  }
}

// --- texts -----------------------------------------------------------------------------------

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// The error for a schedule that only other programs understand; `advice` says what to write.
Error foreign(std::string_view text, std::string_view advice) {
  return wrong(fmt::format("\"{}\" is not a schedule; write {}", one_line(text, 40), advice));
}

Result<std::string_view> fields_of_name(std::string_view text) {
  if (equal_without_case(text, "@reboot")) {
    return foreign(text, "\"runOnStart\": true instead of the schedule");
  }
  const std::string_view first = text.substr(0, text.find_first_of(kBlanks));
  if (equal_without_case(first, "@every")) {
    const std::string_view time = trimmed(text.substr(first.size()));
    return foreign(text, fmt::format("{{\"every\": \"{}\"}}", one_line(time, 20)));
  }
  std::string known;
  for (const CronName& row : kCronNames) {
    if (equal_without_case(row.name, text)) return row.fields;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", row.name);
  }
  return wrong(fmt::format("\"{}\" is none of: {}", one_line(text, 40), known));
}

/// What to write instead of fields that only other programs have; `last` is the last of them.
std::string_view advice_for(std::size_t count, std::string_view last) noexcept {
  const auto is_digits = [](std::string_view word) {
    return std::all_of(word.begin(), word.end(), is_digit);
  };
  const bool ends_with_year = last.size() >= 4 && is_digits(last.substr(0, 4));
  if (count == std::size(kFields) + 2) {
    return "; seconds and years are not supported: remove the first and the last field";
  }
  if (count != std::size(kFields) + 1) return {};
  return ends_with_year ? "; years are not supported: remove the last field"
                        : "; seconds are not supported: remove the first field";
}

Result<Words> split(std::string_view text) {
  Words words;
  std::size_t count = 0;
  std::string_view last;
  for (; !text.empty(); ++count) {
    const std::size_t end = std::min(text.find_first_of(kBlanks), text.size());
    last = text.substr(0, end);
    if (count < words.size()) words[count] = last;
    text = trimmed(text.substr(end));
  }
  if (count == words.size()) return words;
  const std::string_view more = advice_for(count, last);
  std::string names;
  for (const Field& field : kFields)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", field.name);
  return wrong(
      fmt::format("it has {} field{}, not five: {}{}", count, count == 1 ? "" : "s", names, more));
}

}  // namespace

/// Checks a leap year only: every date falls on every day of the week at least once in 40 years.
bool Cron::has_possible_day() const noexcept {
  if (either_is_enough_) return true;
  for (unsigned number = 1; number <= 12; ++number) {
    const auto last = static_cast<unsigned>((year(2000) / month(number) / std::chrono::last).day());
    const Set of_month = (Set{2} << last) - 2;
    if (has(months_, number) && (days_ & of_month) != 0) return true;
  }
  return false;
}

Result<Cron> Cron::parse(std::string_view text) {
  text = trimmed(text);
  for (const std::string_view variable : {"CRON_TZ=", "TZ="}) {
    if (!text.starts_with(variable)) continue;
    const std::string_view zone = text.substr(variable.size());
    return foreign(text, fmt::format("\"timezone\": \"{}\" next to the five fields",
                                     one_line(zone.substr(0, zone.find_first_of(kBlanks)), 40)));
  }
  if (text.starts_with('@')) text = TRY(fields_of_name(text));
  const Words words = TRY(split(text));
  Cron cron;
  Set* const sets[] = {&cron.minutes_, &cron.hours_, &cron.days_, &cron.months_, &cron.weekdays_};
  for (std::size_t i = 0; i < words.size(); ++i) *sets[i] = TRY(parse_field(kFields[i], words[i]));
  cron.has_open_hour_ = words[kHour].front() == '*';
  if (has(cron.weekdays_, 7)) cron.weekdays_ |= 1;
  cron.either_is_enough_ = words[kDay].front() != '*' && words[kWeekday].front() != '*';
  if (cron.has_possible_day()) return cron;
  return wrong(fmt::format("the {} \"{}\" never comes in the {} \"{}\"", kFields[kDay].name,
                           one_line(words[kDay], 40), kFields[kMonth].name,
                           one_line(words[kMonth], 40)));
}

// --- slots, as clocks in the zone show them --------------------------------------------------

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

// --- slots, in UTC ---------------------------------------------------------------------------

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
