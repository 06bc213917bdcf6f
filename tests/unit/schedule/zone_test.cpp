#include "schedule/zone.hpp"

#include <doctest/doctest.h>

#include "schedule/cron.hpp"
#include "zones.hpp"

using namespace pintle::schedule;
using namespace zones;
using namespace std::chrono_literals;

namespace {

using Slots = std::vector<std::string_view>;

struct ZoneRow {
  const char* cron;
  const char* after;  // UTC
  Slots slots;        // UTC
};

void check_zone(const Zone& zone, std::initializer_list<ZoneRow> rows) {
  const auto shared = std::make_shared<const Zone>(zone);
  for (const ZoneRow& row : rows) {
    CAPTURE(row.cron);
    auto cron = Cron::parse(row.cron);
    REQUIRE(cron);
    cron->set_zone(shared);
    WallTime time = utc(row.after);
    for (const std::string_view slot : row.slots) {
      CAPTURE(slot);
      const auto next = cron->next_after(time);
      REQUIRE(next);
      REQUIRE(*next == utc(slot));
      time = *next;
    }
  }
}

ShownTime shown(std::string_view text) {
  return ShownTime(utc(text).time_since_epoch());
}

}  // namespace

TEST_SUITE("schedule/zone") {
  TEST_CASE("what is left out is first shown by what comes after it, what is twice by the first") {
    Zone zone(1h);
    zone.set(utc("2026-03-29 01:00"), 2h);
    zone.set(utc("2026-10-25 01:00"), 1h);
    CHECK(zone.first_showing(shown("2026-03-29 01:59:59")) == utc("2026-03-29 00:59:59"));
    for (const char* left_out : {"2026-03-29 02:00", "2026-03-29 02:59:59", "2026-03-29 03:00"}) {
      CHECK(zone.first_showing(shown(left_out)) == utc("2026-03-29 01:00"));
    }
    CHECK(zone.first_showing(shown("2026-03-29 03:00:01")) == utc("2026-03-29 01:00:01"));
    CHECK(zone.first_showing(shown("2026-10-25 02:00")) == utc("2026-10-25 00:00"));
    CHECK(zone.first_showing(shown("2026-10-25 02:59:59")) == utc("2026-10-25 00:59:59"));
    CHECK(zone.first_showing(shown("2026-10-25 03:00")) == utc("2026-10-25 02:00"));
    CHECK(zone.furthest_shown(utc("2026-10-25 00:59:59")) == shown("2026-10-25 02:59:59"));
    CHECK(zone.furthest_shown(utc("2026-10-25 01:30")) == shown("2026-10-25 02:59:59"));
    CHECK(zone.furthest_shown(utc("2026-10-25 02:00")) == shown("2026-10-25 03:00"));
  }

  TEST_CASE("clocks that are set again before they have caught up show nothing a third time") {
    Zone zone(0s);
    zone.set(utc("2000-01-02 12:00"), -12h);
    zone.set(utc("2000-01-02 13:00"), -6h);
    zone.set(utc("2000-01-02 14:00"), -18h);
    CHECK(zone.first_showing(shown("2000-01-02 11:59:59")) == utc("2000-01-02 11:59:59"));
    CHECK(zone.first_showing(shown("2000-01-02 12:00")) == utc("2000-01-03 06:00"));
    CHECK(zone.furthest_shown(utc("2000-01-02 13:30")) == shown("2000-01-02 11:59:59"));
    CHECK(zone.furthest_shown(utc("2000-01-03 06:00")) == shown("2000-01-02 12:00"));
    zone.set(utc("2000-01-02 14:00"), 0s);
    CHECK(zone.first_showing(shown("2000-01-02 12:00")) == utc("2000-01-02 14:00"));
  }

  TEST_CASE("in summer and in winter a slot is as far from UTC as its clocks") {
    check_zone(of_rule(kBerlin),
               {{"0 3 * * *", "2026-01-10", {"2026-01-10 02:00", "2026-01-11 02:00"}},
                {"0 3 * * *", "2026-07-10", {"2026-07-10 01:00", "2026-07-11 01:00"}},
                {"0 0 1 1 *", "2026-07-10", {"2026-12-31 23:00"}},
                {"30 23 * * SUN", "2099-06-30", {"2099-07-05 21:30"}}});
    check_zone(of_rule(kNewYork), {{"@daily", "2026-07-10", {"2026-07-10 04:00"}},
                                   {"0 20 31 12 *", "2026-07-10", {"2027-01-01 01:00"}}});
  }

  TEST_CASE("what a gap leaves out is one run right after it, with what is due there anyway") {
    check_zone(of_rule(kBerlin),
               {{"30 2 * * *", "2026-03-28 12:00", {"2026-03-29 01:00", "2026-03-30 00:30"}},
                {"0,20,40 2 * * *", "2026-03-28 12:00", {"2026-03-29 01:00", "2026-03-30 00:00"}},
                {"0 2,3 * * *", "2026-03-28 12:00", {"2026-03-29 01:00", "2026-03-30 00:00"}},
                {"0 3 * * *", "2026-03-28 12:00", {"2026-03-29 01:00", "2026-03-30 01:00"}},
                {"0 1-4 * * *",
                 "2026-03-28 12:00",
                 {"2026-03-29 00:00", "2026-03-29 01:00", "2026-03-29 02:00", "2026-03-29 23:00"}},
                {"* 2 * * *", "2026-03-28 12:00", {"2026-03-29 01:00", "2026-03-30 00:00"}},
                {"30 2 29 3 *", "2026-01-01", {"2026-03-29 01:00", "2027-03-29 00:30"}}});
  }

  TEST_CASE("what is shown twice is one run, the first time") {
    check_zone(of_rule(kBerlin),
               {{"30 2 * * *", "2026-10-24 12:00", {"2026-10-25 00:30", "2026-10-26 01:30"}},
                {"30 2 * * *", "2026-10-25 00:45", {"2026-10-26 01:30"}},
                {"0 2,3 * * *",
                 "2026-10-24 12:00",
                 {"2026-10-25 00:00", "2026-10-25 02:00", "2026-10-26 01:00"}},
                {"*/20 2 * * *", "2026-10-25 00:20", {"2026-10-25 00:40", "2026-10-26 01:00"}},
                {"59 1,2 * * *",
                 "2026-10-24 12:00",
                 {"2026-10-24 23:59", "2026-10-25 00:59", "2026-10-26 00:59"}}});
    check_zone(of_rule(kNewYork),
               {{"30 1 * * *", "2026-10-31 12:00", {"2026-11-01 05:30", "2026-11-02 06:30"}}});
  }

  TEST_CASE("with a star for the hour slots follow each other in elapsed time") {
    const Zone berlin = of_rule(kBerlin);
    check_zone(berlin,
               {{"*/30 * * * *",
                 "2026-03-29 00:10",
                 {"2026-03-29 00:30", "2026-03-29 01:00", "2026-03-29 01:30"}},
                {"*/30 * * * *",
                 "2026-10-25 00:10",
                 {"2026-10-25 00:30", "2026-10-25 01:00", "2026-10-25 01:30", "2026-10-25 02:00"}},
                {"30 * * * *", "2026-03-29 00:00", {"2026-03-29 00:30", "2026-03-29 01:30"}},
                {"@hourly",
                 "2026-10-24 23:00",
                 {"2026-10-25 00:00", "2026-10-25 01:00", "2026-10-25 02:00"}},
                {"0 */2 * * *",
                 "2026-03-28 22:00",
                 {"2026-03-28 23:00", "2026-03-29 02:00", "2026-03-29 04:00"}},
                {"0 */2 * * *",
                 "2026-10-24 22:00",
                 {"2026-10-25 00:00", "2026-10-25 01:00", "2026-10-25 03:00"}},
                {"0 0-23 * * *", "2026-10-24 23:00", {"2026-10-25 00:00", "2026-10-25 02:00"}},
                {"30 *,2 29 3 *", "2026-03-29 00:45", {"2026-03-29 01:30"}}});
  }

  TEST_CASE("half an hour of saving") {
    check_zone(of_rule(kLordHowe),
               {{"15 2 * * *", "2026-10-03 00:00", {"2026-10-03 15:30", "2026-10-04 15:15"}},
                {"45 1 * * *", "2026-04-04 00:00", {"2026-04-04 14:45", "2026-04-05 15:15"}},
                {"*/15 * * * *",
                 "2026-04-04 14:40",
                 {"2026-04-04 14:45", "2026-04-04 15:00", "2026-04-04 15:15", "2026-04-04 15:30"}},
                {"*/15 * * * *", "2026-10-03 15:10", {"2026-10-03 15:15", "2026-10-03 15:30"}}});
  }

  TEST_CASE("days that do not begin at midnight") {
    check_zone(sao_paulo(),
               {{"@daily", "2018-11-03 12:00", {"2018-11-04 03:00", "2018-11-05 02:00"}},
                {"30 0 4 11 *", "2018-01-01", {"2018-11-04 03:00"}},
                {"30 23 * * SAT", "2019-02-16", {"2019-02-17 01:30", "2019-02-24 02:30"}},
                {"@daily", "2026-11-03 12:00", {"2026-11-04 03:00"}}});
    check_zone(of_rule(kCairo),
               {{"@daily", "2026-04-23", {"2026-04-23 22:00", "2026-04-24 21:00"}},
                {"30 23 * * *", "2026-10-29 12:00", {"2026-10-29 20:30", "2026-10-30 21:30"}}});
    check_zone(of_rule(kBeirut),
               {{"15 0 * * SUN", "2026-03-28", {"2026-03-28 22:00"}},
                {"15 23,0 * * *", "2026-10-24 12:00", {"2026-10-24 20:15", "2026-10-24 22:15"}}});
    check_zone(of_rule(kNuuk),
               {{"30 23 * * *", "2026-03-28 12:00", {"2026-03-29 01:00", "2026-03-30 00:30"}}});
  }

  TEST_CASE("a day that was left out is one run") {
    check_zone(apia(), {{"0 3,9 * * *",
                         "2011-12-29 18:00",
                         {"2011-12-29 19:00", "2011-12-30 10:00", "2011-12-30 13:00"}},
                        {"0 12 30 * *", "2011-12-29", {"2011-12-30 10:00", "2012-01-29 22:00"}},
                        {"@daily", "2011-12-29 12:00", {"2011-12-30 10:00", "2011-12-31 10:00"}},
                        {"0 */6 30 * *", "2011-12-29", {"2012-01-29 10:00"}}});
  }

  TEST_CASE("winter that is behind standard time") {
    check_zone(of_rule(kDublin),
               {{"30 1 * * *", "2026-03-28 12:00", {"2026-03-29 01:00"}},
                {"30 1 * * *", "2026-10-24 12:00", {"2026-10-25 00:30", "2026-10-26 01:30"}}});
  }

  TEST_CASE("a copy of a cron has its zone, and there is no slot from the year 2200 on") {
    auto cron = Cron::parse("0 0 1 1 *");
    cron->set_zone(std::make_shared<const Zone>(of_rule(kBerlin)));
    const Cron copy = *cron;
    CHECK(copy.next_after(utc("2198-06-01")) == utc("2198-12-31 23:00"));
    CHECK_FALSE(copy.next_after(utc("2199-01-01")));
    cron->set_zone(nullptr);
    CHECK(cron->next_after(utc("2198-06-01")) == utc("2199-01-01"));
    auto often = Cron::parse("* * * * *");
    often->set_zone(std::make_shared<const Zone>(of_rule(kNewYork)));
    CHECK_FALSE(often->next_after(utc("2200-01-02")));
  }
}
