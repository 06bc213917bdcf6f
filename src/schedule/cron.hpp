// schedule/cron.hpp - the five fields of cron: minute, hour, day of the month, month, day of the
// week, in UTC or in a zone. Pure.
//
// The rules are those of Vixie's crontab(5): lists, ranges, steps, names; if both the day of the
// month and the day of the week are restricted, either is enough, and one that begins with `*` is
// not restricted. What would silently be something else is an error: a range that ends before it
// begins, a step without a range or beyond its field, a date that never comes.
//
// In a zone whose clocks are set forward and back (docs/adr/0022-time-zones.md) a slot that clocks
// leave out comes at the first moment after the gap, one for all of them, and one that they show
// twice the first time. If the hour field begins with `*` slots follow each other in elapsed time
// instead: what is shown twice comes twice, what is left out never. So does ISC cron.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "schedule/zone.hpp"

namespace pintle::schedule {

inline constexpr std::string_view kMonthNames[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                   "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
inline constexpr std::string_view kWeekdayNames[] = {"SUN", "MON", "TUE", "WED",
                                                     "THU", "FRI", "SAT"};

/// What may be written instead of five fields.
struct CronName {
  std::string_view name;
  std::string_view fields;
};
inline constexpr CronName kCronNames[] = {
    {"@hourly", "0 * * * *"},   {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},   {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
};

class Cron {
 public:
  /// "*/15 8-18 * * MON-FRI", or one of kCronNames; names in any case, blanks around are nothing.
  /// Errors: `detail` names the field and says what is wrong with it.
  static Result<Cron> parse(std::string_view text);

  /// The fields are meant in `zone`, which a copy shares; without one in UTC.
  void set_zone(std::shared_ptr<const Zone> zone) noexcept { zone_ = std::move(zone); }

  /// The first slot after `time`; nullopt when there is none before kEndYear.
  std::optional<WallTime> next_after(WallTime time) const noexcept;

 private:
  std::optional<WallTime> next_in_elapsed(WallTime time) const noexcept;
  std::optional<WallTime> next_once(WallTime time) const noexcept;
  std::optional<ShownTime> next_shown_after(ShownTime time) const noexcept;
  bool is_slot_day(std::chrono::local_days day) const noexcept;
  bool has_possible_day() const noexcept;
  std::optional<std::chrono::local_days> next_day(std::chrono::local_days from) const noexcept;
  std::optional<std::chrono::minutes> next_minute(std::chrono::minutes from) const noexcept;

  // Bit N of a set: N is in it.
  std::uint64_t minutes_ = 0;
  std::uint64_t hours_ = 0;
  std::uint64_t days_ = 0;
  std::uint64_t months_ = 0;
  std::uint64_t weekdays_ = 0;     ///< 0 is Sunday
  bool either_is_enough_ = false;  ///< of day of the month and day of the week
  bool has_open_hour_ = false;     ///< the hour field begins with `*`
  std::shared_ptr<const Zone> zone_;
};

}  // namespace pintle::schedule
