// schedule/cron.hpp - a cron schedule: the fields minute, hour, day of the month, month and day of
// the week, in UTC or in a time zone. Pure.
//
// The rules are those of Vixie's crontab(5): lists, ranges, steps, names; if both the day of the
// month and the day of the week are restricted, either is enough; a field that begins with `*` is
// not restricted. A text that programs understand in different ways is an error: a range that ends
// before it begins, a step without a range or larger than its field, a date that does not exist.
//
// Daylight saving time (docs/adr/0022-time-zones.md): when clocks go forward, all slots within the
// skipped hour become one slot right after it; when clocks go back, a slot in the repeated hour
// comes only the first time. If the hour field begins with `*`, slots follow elapsed time instead:
// a slot in the repeated hour comes twice, and a slot in the skipped hour never. ISC cron does the
// same.
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

/// A name that may be written instead of five fields.
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
  /// "*/15 8-18 * * MON-FRI", or one of kCronNames; names in upper or lower case; blanks around it
  /// are ignored. Errors: `detail` names the field and says what is wrong with it.
  static Result<Cron> parse(std::string_view text);

  /// From now on the fields are times in `zone`, which copies share. Without this call they are in
  /// UTC.
  void set_zone(std::shared_ptr<const Zone> zone) noexcept { zone_ = std::move(zone); }

  /// The zone of the fields; nullptr if they are in UTC.
  const Zone* zone() const noexcept { return zone_.get(); }

  /// The first slot after `time`; nullopt if there is none before kEndYear.
  std::optional<WallTime> next_after(WallTime time) const noexcept;

 private:
  std::optional<WallTime> next_in_elapsed(WallTime time) const noexcept;
  std::optional<WallTime> next_once(WallTime time) const noexcept;
  std::optional<ShownTime> next_shown_after(ShownTime time) const noexcept;
  bool is_slot_day(std::chrono::local_days day) const noexcept;
  bool has_possible_day() const noexcept;
  std::optional<std::chrono::local_days> next_day(std::chrono::local_days from) const noexcept;
  std::optional<std::chrono::minutes> next_minute(std::chrono::minutes from) const noexcept;

  // Bit N is set if N is in the set.
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
