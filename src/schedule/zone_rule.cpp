#include "schedule/zone_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "base/text.hpp"

namespace pintle::schedule {
namespace {

using namespace std::chrono;
using Type = YearlyMoment::Type;

constexpr bool is_rule_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Reads a rule from its beginning on; nullopt or false if the text is wrong.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : left_(text) {}

  bool at_end() const noexcept { return left_.empty(); }

  bool take(char c) noexcept {
    if (!left_.starts_with(c)) return false;
    left_.remove_prefix(1);
    return true;
  }

  /// "CET", or "<+0330>" if the name has other characters than letters.
  bool take_name() noexcept {
    const bool is_quoted = take('<');
    std::size_t size = 0;
    const auto fits = [&](char c) {
      return is_letter(c) || (is_quoted && (is_rule_digit(c) || c == '+' || c == '-'));
    };
    while (size < left_.size() && fits(left_[size])) ++size;
    left_.remove_prefix(size);
    return size >= 3 && (!is_quoted || take('>'));
  }

  std::optional<unsigned> number(unsigned least, unsigned most) noexcept {
    unsigned value = 0;
    std::size_t size = 0;
    for (; size < left_.size() && size < 3 && is_rule_digit(left_[size]); ++size) {
      value = value * 10 + static_cast<unsigned>(left_[size] - '0');
    }
    left_.remove_prefix(size);
    if (size == 0 || value < least || value > most) return std::nullopt;
    return value;
  }

  /// "-3", "02:30:15"
  std::optional<seconds> time(unsigned most_hours) noexcept {
    const int sign = take('-') ? -1 : 1;
    if (sign > 0) (void)take('+');
    const auto whole = number(0, most_hours);
    const auto minute = take(':') ? number(0, 59) : 0;
    const auto second = minute && take(':') ? number(0, 59) : 0;
    if (!whole || !minute || !second) return std::nullopt;
    return sign * (hours(*whole) + minutes(*minute) + seconds(*second));
  }

  /// POSIX counts offsets west of Greenwich as positive; the result counts those east as positive.
  std::optional<seconds> offset() noexcept {
    const auto west = time(24);
    if (!west) return std::nullopt;
    return -*west;
  }

  /// ",M3.5.0/2"
  std::optional<YearlyMoment> moment() noexcept {
    if (!take(',')) return std::nullopt;
    auto moment = take('M') ? weekday_moment() : day_moment();
    if (!moment || !take('/')) return moment;
    const auto shown = time(167);
    if (!shown) return std::nullopt;
    moment->time = *shown;
    return moment;
  }

 private:
  std::optional<YearlyMoment> weekday_moment() noexcept {
    const auto month = number(1, 12);
    const auto week = take('.') ? number(1, 5) : std::nullopt;
    const auto day = take('.') ? number(0, 6) : std::nullopt;
    if (!month || !week || !day) return std::nullopt;
    return YearlyMoment{.type = Type::weekday, .month = *month, .week = *week, .day = *day};
  }

  std::optional<YearlyMoment> day_moment() noexcept {
    const bool is_without_leap = take('J');
    const auto day = number(is_without_leap ? 1 : 0, 365);
    if (!day) return std::nullopt;
    return YearlyMoment{.type = is_without_leap ? Type::day_without_leap : Type::day, .day = *day};
  }

  std::string_view left_;
};

std::optional<ZoneRule::Saving> saving_from(Scanner& scanner, seconds standard) noexcept {
  if (!scanner.take_name()) return std::nullopt;
  ZoneRule::Saving saving{.offset = standard + hours(1)};
  auto begin = scanner.moment();
  if (!begin) {
    const auto offset = scanner.offset();
    if (!offset) return std::nullopt;
    saving.offset = *offset;
    begin = scanner.moment();
  }
  const auto end = scanner.moment();
  if (!begin || !end) return std::nullopt;
  saving.begin = *begin;
  saving.end = *end;
  return saving;
}

std::optional<ZoneRule> rule_from(std::string_view text) noexcept {
  Scanner scanner(text);
  if (!scanner.take_name()) return std::nullopt;
  const auto standard = scanner.offset();
  if (!standard) return std::nullopt;
  ZoneRule rule{.standard = *standard};
  if (scanner.at_end()) return rule;
  rule.saving = saving_from(scanner, *standard);
  if (!rule.saving || !scanner.at_end()) return std::nullopt;
  return rule;
}

WallTime moment_in(year in, const YearlyMoment& moment, seconds offset) noexcept {
  return WallTime(moment.in(in).time_since_epoch() - offset);
}

}  // namespace

ShownTime YearlyMoment::in(year year) const noexcept {
  if (type == Type::weekday) {
    const auto in_month = year / std::chrono::month(month);
    const std::chrono::weekday name(day);
    return (week == 5 ? local_days(in_month / name[std::chrono::last])
                      : local_days(in_month / name[week])) +
           time;
  }
  const bool counts_from_one = type == Type::day_without_leap && !(year.is_leap() && day >= 60);
  return local_days(year / 1 / 1) + days(counts_from_one ? day - 1 : day) + time;
}

Result<ZoneRule> ZoneRule::parse(std::string_view text) {
  const auto rule = rule_from(text);
  if (rule) return *rule;
  return Error{
      "read the time zone", 0, {}, fmt::format("its rule \"{}\" is not valid", one_line(text, 60))};
}

void ZoneRule::extend(Zone& zone, WallTime from) const {
  zone.set(from, standard);
  if (!saving) return;
  // Saving time may end in the next year. It may end at the moment when the next one begins: then
  // the clocks are not set.
  WallTime saved_until = WallTime::min();
  const year first = year_month_day(floor<days>(from)).year() - years(2);
  for (year now = first; now < kEndYear; ++now) {
    const WallTime begin = moment_in(now, saving->begin, standard);
    WallTime end = moment_in(now, saving->end, saving->offset);
    if (end <= begin) end = moment_in(now + years(1), saving->end, saving->offset);
    if (begin > saved_until && saved_until > from) zone.set(saved_until, standard);
    if (end > begin && end > from) zone.set(std::max(begin, from), saving->offset);
    if (end > begin) saved_until = std::max(saved_until, end);
  }
  if (saved_until > from) zone.set(saved_until, standard);
}

}  // namespace pintle::schedule
