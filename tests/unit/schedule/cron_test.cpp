#include "schedule/cron.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace pintle::schedule;
using namespace std::chrono;

namespace {

/// "2026-11-23 00:15:07", UTC; the seconds may be missing.
WallTime time_of(const std::string& text) {
  const auto number = [&](std::size_t at, std::size_t size) {
    return text.size() < at + size ? 0 : std::stoi(text.substr(at, size));
  };
  const year_month_day date(year(number(0, 4)), month(static_cast<unsigned>(number(5, 2))),
                            day(static_cast<unsigned>(number(8, 2))));
  REQUIRE(date.ok());
  return sys_days(date) + hours(number(11, 2)) + minutes(number(14, 2)) + seconds(number(17, 2));
}

WallTime slot_after(const char* text, const char* time) {
  const auto cron = Cron::parse(text);
  if (!cron) FAIL(cron.error().detail);
  const auto slot = cron->next_after(time_of(time));
  REQUIRE(slot);
  return *slot;
}

struct Row {
  const char* text;
  const char* time;
  const char* slot;
};

void check(std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CAPTURE(row.time);
    CHECK(slot_after(row.text, row.time) == time_of(row.slot));
  }
}

}  // namespace

TEST_SUITE("schedule/cron") {
  TEST_CASE("the next slot lies after the time, to the second") {
    check({{"* * * * *", "2026-11-23 00:00:00", "2026-11-23 00:01"},
           {"* * * * *", "2026-11-23 00:00:59", "2026-11-23 00:01"},
           {"0 3 * * *", "2026-11-23 02:59:59", "2026-11-23 03:00"},
           {"0 3 * * *", "2026-11-23 03:00:00", "2026-11-24 03:00"},
           {"59 23 31 12 *", "2026-12-31 23:59:00", "2027-12-31 23:59"},
           {"0 0 1 1 *", "2026-12-31 23:59:59", "2027-01-01 00:00"}});
  }

  TEST_CASE("lists, ranges and steps are sets of values") {
    check({{"5,50 * * * *", "2026-11-23 10:05", "2026-11-23 10:50"},
           {"5,50 * * * *", "2026-11-23 10:50", "2026-11-23 11:05"},
           {"10-12 * * * *", "2026-11-23 10:12", "2026-11-23 11:10"},
           {"*/15 * * * *", "2026-11-23 10:46", "2026-11-23 11:00"},
           {"*/25 * * * *", "2026-11-23 10:50", "2026-11-23 11:00"},
           {"30-59/20 8-18/5 * * *", "2026-11-23 08:50", "2026-11-23 13:30"},
           {"1,10-20/5,59 * * * *", "2026-11-23 10:10", "2026-11-23 10:15"},
           {"1,10-20/5,59 * * * *", "2026-11-23 10:20", "2026-11-23 10:59"},
           {"007 00 * * *", "2026-11-23 10:20", "2026-11-24 00:07"},
           {"*,5 * * * *", "2026-11-23 10:20", "2026-11-23 10:21"},
           {"5-5 * * * *", "2026-11-23 10:20", "2026-11-23 11:05"}});
  }

  TEST_CASE("months and days of the week have names, and Sunday is 0 and 7") {
    check({{"0 0 1 feb *", "2026-11-23", "2027-02-01"},
           {"0 0 1 JAN-Mar/2 *", "2026-11-23", "2027-01-01"},
           {"0 0 1 JAN-Mar/2 *", "2027-01-01", "2027-03-01"},
           {"0 0 * * 0", "2026-11-23", "2026-11-29"},
           {"0 0 * * 7", "2026-11-23", "2026-11-29"},
           {"0 0 * * sUn", "2026-11-23", "2026-11-29"},
           {"0 0 * * 5-7", "2026-11-28", "2026-11-29"},
           {"0 0 * * 6-7", "2026-11-29", "2026-12-05"},
           {"0 0 * * MON-FRI", "2026-11-27", "2026-11-30"},
           {"0 0 * * tue,Thu", "2026-11-24", "2026-11-26"}});
  }

  TEST_CASE("if both days are restricted either is enough; one with a star in front is not") {
    check({{"0 0 13 * FRI", "2026-11-23", "2026-11-27"},
           {"0 0 13 * FRI", "2026-12-12", "2026-12-13"},
           {"0 0 * * FRI", "2026-11-27", "2026-12-04"},
           {"0 0 13 * *", "2026-11-27", "2026-12-13"},
           {"0 0 */2 * FRI", "2026-11-23", "2026-11-27"},
           {"0 0 */2 * FRI", "2026-11-27", "2026-12-11"},
           {"0 0 13 * */7", "2026-11-23", "2026-12-13"},
           {"0 0 13 * */7", "2026-12-13", "2027-06-13"},
           {"0 0 13 * 0-7", "2026-11-23", "2026-11-24"},
           {"0 0 31 2 MON", "2026-11-23", "2027-02-01"}});
  }

  TEST_CASE("months are as long as they are, up to the year 2100 and beyond") {
    check({{"0 0 31 * *", "2026-01-31", "2026-03-31"},
           {"0 0 30 * *", "2026-01-30", "2026-03-30"},
           {"0 0 30 * *", "2026-02-28 23:59:59", "2026-03-30"},
           {"0 0 29 2 *", "2026-11-23", "2028-02-29"},
           {"0 0 29 2 *", "1999-12-31", "2000-02-29"},
           {"0 0 29 2 *", "2096-02-29", "2104-02-29"},
           {"0 0 29 * *", "2100-02-01", "2100-03-29"},
           {"0 0 * * *", "2100-02-28", "2100-03-01"},
           {"0 0 29 2 */7", "2088-02-29", "2128-02-29"},
           {"0 0 31 */12 *", "2026-02-01", "2027-01-31"},
           {"0 12 * * *", "2099-12-31 12:00", "2100-01-01 12:00"}});
  }

  TEST_CASE("there is no slot from the year 2200 on") {
    CHECK_FALSE(Cron::parse("0 0 29 2 *")->next_after(time_of("2196-02-29")));
    CHECK_FALSE(Cron::parse("* * * * *")->next_after(time_of("2199-12-31 23:59:00")));
    CHECK_FALSE(Cron::parse("* * * * *")->next_after(time_of("2250-01-01")));
  }

  TEST_CASE("a name in any case stands for its fields") {
    check({{"@hourly", "2026-11-23 10:20", "2026-11-23 11:00"},
           {"@Daily", "2026-11-23 10:20", "2026-11-24"},
           {"@midnight", "2026-11-23 10:20", "2026-11-24"},
           {"@weekly", "2026-11-23 10:20", "2026-11-29"},
           {"@monthly", "2026-11-23 10:20", "2026-12-01"},
           {"@YEARLY", "2026-11-23 10:20", "2027-01-01"},
           {" @annually\t", "2026-11-23 10:20", "2027-01-01"},
           {"\t0  3 \t* * * ", "2026-11-23 10:20", "2026-11-24 03:00"}});
  }

  TEST_CASE("an error names the field and what is wrong with it") {
    struct Wrong {
      const char* text;
      std::string why;
    };
    const std::string kNotKnown =
        "; L, W and # are not supported: write the days, as in \"28-31\", and let the program "
        "check the date";
    const Wrong rows[] = {
        {"60 * * * *", "the minute \"60\" is above 59"},
        {"0 24 * * *", "the hour \"24\" is above 23"},
        {"0 0 0 * *", "the day of the month \"0\" is below 1"},
        {"0 0 32 * *", "the day of the month \"32\" is above 31"},
        {"0 0 1 0 *", "the month \"0\" is below 1"},
        {"0 0 1 13 *", "the month \"13\" is above 12"},
        {"0 0 * * 8", "the day of the week \"8\" is above 7"},
        {"99999999999999999999 * * * *", "the minute \"99999999999999999999\" is above 59"},
        {"x * * * *", "the minute \"x\" is not a number"},
        {"-1 * * * *", "the minute \"\" is not a number"},
        {"1- * * * *", "the minute \"\" is not a number"},
        {"1,,2 * * * *", "the minute \"\" is not a number"},
        {"1-2-3 * * * *", "the minute \"2-3\" is not a number"},
        {"+1 * * * *", "the minute \"+1\" is not a number"},
        {"1.5 * * * *", "the minute \"1.5\" is not a number"},
        {"? * * * *", "the minute \"?\" is not a number; write \"*\" for any"},
        {"H * * * *",
         "the minute \"H\" is not a number; write a number, and \"jitter\" next to the schedule"},
        {"JAN * * * *", "the minute \"JAN\" is not a number"},
        {"0 0 L * *", "the day of the month \"L\" is not a number" + kNotKnown},
        {"0 0 15W * *", "the day of the month \"15W\" is not a number" + kNotKnown},
        {"0 0 L-3 * *", "the day of the month \"L\" is not a number" + kNotKnown},
        {"0 0 * january *", "the month \"january\" is neither a number nor a name"},
        {"0 0 * * 5L", "the day of the week \"5L\" is neither a number nor a name" + kNotKnown},
        {"0 0 * * 5#2", "the day of the week \"5#2\" is neither a number nor a name" + kNotKnown},
        {"0 0 * * FRI#2",
         "the day of the week \"FRI#2\" is neither a number nor a name" + kNotKnown},
        {"*/0 * * * *", "the step of the minute \"0\" is below 1"},
        {"*/90 * * * *", "the step of the minute \"90\" is above 59"},
        {"*/ * * * *", "the step of the minute \"\" is not a number"},
        {"0 0 * */JAN *", "the step of the month \"JAN\" is not a number"},
        {"*/2/3 * * * *", "the step of the minute \"2/3\" is not a number"},
        {"5/10 * * * *", "the minute \"5/10\" has a step without a range; write \"5-59/10\""},
        {"5/x * * * *", "the step of the minute \"x\" is not a number"},
        {"0 22-6 * * *", "the hour \"22-6\" ends before it begins; write two ranges"},
        {"0 0 * * FRI-SUN",
         "the day of the week \"FRI-SUN\" ends before it begins; write two ranges"},
        {"0 0 31 2 *", "the day of the month \"31\" never comes in the month \"2\""},
        {"0 0 30-31 FEB */2", "the day of the month \"30-31\" never comes in the month \"FEB\""},
        {"0 0 31 4,6,9,11 *", "the day of the month \"31\" never comes in the month \"4,6,9,11\""},
        {"* * * *",
         "it has 4 fields, not five: minute, hour, day of the month, month, day of the week"},
        {"0 * * * * *",
         "it has 6 fields, not five: minute, hour, day of the month, month, day of the week; "
         "seconds are not supported: remove the first field"},
        {"0 0 12 ? * *",
         "it has 6 fields, not five: minute, hour, day of the month, month, day of the week; "
         "seconds are not supported: remove the first field"},
        {"0 12 * * ? 2026",
         "it has 6 fields, not five: minute, hour, day of the month, month, day of the week; "
         "years are not supported: remove the last field"},
        {"0 0 12 * * ? 2026-2030",
         "it has 7 fields, not five: minute, hour, day of the month, month, day of the week; "
         "seconds and years are not supported: remove the first and the last field"},
        {"0 0 * * FRIL",
         "the day of the week \"FRIL\" is neither a number nor a name; L, W and # are not "
         "supported: write the days, as in \"28-31\", and let the program check the date"},
        {"0~59 * * * *",
         "the minute \"0~59\" is not a number; write a number, and \"jitter\" next to the "
         "schedule"},
        {"", "it has 0 fields, not five: minute, hour, day of the month, month, day of the week"},
        {"5", "it has 1 field, not five: minute, hour, day of the month, month, day of the week"},
        {"@often",
         "\"@often\" is none of: @hourly, @daily, @midnight, @weekly, @monthly, @yearly, "
         "@annually"},
        {"@Reboot",
         "\"@Reboot\" is not a schedule; write \"runOnStart\": true instead of the schedule"},
        {"@every 1h30m", "\"@every 1h30m\" is not a schedule; write {\"every\": \"1h30m\"}"},
        {"CRON_TZ=Europe/Berlin 0 3 * * *",
         "\"CRON_TZ=Europe/Berlin 0 3 * * *\" is not a schedule; write \"timezone\": "
         "\"Europe/Berlin\" next to the five fields"},
        {"TZ=UTC @daily",
         "\"TZ=UTC @daily\" is not a schedule; write \"timezone\": \"UTC\" next to the five "
         "fields"},
    };
    for (const Wrong& row : rows) {
      CAPTURE(row.text);
      const auto cron = Cron::parse(row.text);
      REQUIRE_FALSE(cron);
      CHECK(cron.error().detail == row.why);
    }
  }

  TEST_CASE("the range that is named instead of a step without one means the same") {
    struct Hint {
      const char* text;
      const char* meant;
      const char* listed;  // the values, as whoever writes the step means them
    };
    const Hint hints[] = {
        {"5/20 * * * *", "5-59/20", "5,25,45 * * * *"},
        {"50/20 * * * *", "50", "50 * * * *"},
        {"0 20/2 * * *", "20-23/2", "0 20,22 * * *"},
        {"0 0 25/3 * *", "25-31/3", "0 0 25,28,31 * *"},
        {"0 0 1 OCT/2 *", "10-12/2", "0 0 1 10,12 *"},
        {"0 0 * * MON/2", "1-6/2", "0 0 * * 1,3,5"},
        {"0 0 * * sun/3", "0-6/3", "0 0 * * 0,3,6"},
        {"0 0 * * 6/2", "6", "0 0 * * 6"},
        {"0 0 * * 7/1", "7", "0 0 * * 7"},
    };
    for (const Hint& hint : hints) {
      CAPTURE(hint.text);
      const auto wrong = Cron::parse(hint.text);
      REQUIRE_FALSE(wrong);
      const std::string& why = wrong.error().detail;
      const std::size_t begin = why.find("write \"") + 7;
      const std::string meant = why.substr(begin, why.size() - 1 - begin);
      CHECK(meant == hint.meant);
      std::string mended = hint.text;
      const std::size_t slash = mended.find('/');
      const std::size_t blank = mended.rfind(' ', slash);
      const std::size_t word = blank == std::string::npos ? 0 : blank + 1;
      const std::size_t end = std::min(mended.find(' ', slash), mended.size());
      mended.replace(word, end - word, meant);
      WallTime time = time_of("2026-11-23 00:00");
      for (int i = 0; i < 50; ++i) {
        const auto slot = Cron::parse(mended)->next_after(time);
        REQUIRE(slot);
        CHECK(*slot == *Cron::parse(hint.listed)->next_after(time));
        time = *slot;
      }
    }
  }
}
