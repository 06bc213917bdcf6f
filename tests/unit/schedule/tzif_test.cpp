#include "schedule/tzif.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "schedule/zone_rule.hpp"
#include "zones.hpp"

using namespace pintle::schedule;
using namespace zones;
using namespace std::chrono_literals;

namespace {

/// How far the clocks are ahead of UTC.
seconds offset_at(const Zone& zone, std::string_view time) {
  return zone.period_at(utc(time)).offset;
}

/// What is wrong with these bytes.
std::string wrong_with(std::string_view bytes) {
  const auto zone = parse_tzif(bytes);
  return zone ? "nothing" : zone.error().detail;
}

void check_changes(const char* rule, std::initializer_list<std::pair<const char*, seconds>> rows) {
  const Zone zone = of_rule(rule);
  for (const auto& row : rows) {
    CAPTURE(rule);
    CAPTURE(row.first);
    const WallTime time = utc(row.first);
    const Period period = zone.period_at(time);
    CHECK(period.begin == time);
    CHECK(period.offset == row.second);
    CHECK(zone.period_at(time - 1s).end == time);
  }
}

}  // namespace

TEST_SUITE("schedule/tzif") {
  TEST_CASE("the first type holds before the first time, the last one's after it") {
    const Zone zone = made(
        {.types = {60, 3600, 7200}, .changes = {{at("1980-01-01"), 1}, {at("1990-01-01"), 2}}});
    CHECK(offset_at(zone, "1971-01-01") == 60s);
    CHECK(offset_at(zone, "1979-12-31 23:59:59") == 60s);
    CHECK(offset_at(zone, "1980-01-01") == 3600s);
    CHECK(offset_at(zone, "1990-01-01") == 7200s);
    CHECK(offset_at(zone, "2199-01-01") == 7200s);
  }

  TEST_CASE("version 1 is read where there is no other, and else passed over") {
    const Tzif file{.version = '\0', .types = {0, -3600}, .changes = {{at("1980-01-01"), 1}}};
    CHECK(offset_at(made(file), "1980-01-01") == -3600s);
    for (const char version : {'2', '3', '4'}) {
      Tzif newer = file;
      newer.version = version;
      CHECK(offset_at(made(newer), "1979-12-31") == 0s);
      CHECK(offset_at(made(newer), "1980-01-01") == -3600s);
    }
  }

  TEST_CASE("after the last time the footer's rule holds; without times it always does") {
    const Zone zone = made({.types = {3600, 7200},
                            .changes = {{at("2020-03-29 01:00"), 1}, {at("2020-10-25 01:00"), 0}},
                            .footer = kBerlin});
    CHECK(offset_at(zone, "2019-07-01") == 3600s);
    CHECK(offset_at(zone, "2020-07-01") == 7200s);
    CHECK(offset_at(zone, "2021-07-01") == 7200s);
    CHECK(zone.period_at(utc("2100-07-01")).begin == utc("2100-03-28 01:00"));
    CHECK(zone.period_at(utc("2100-07-01")).end == utc("2100-10-31 01:00"));
    CHECK(offset_at(of_rule(kBerlin), "1970-07-01") == 7200s);
  }

  TEST_CASE("times before 1970 and after 2200, as far as they can be, are no matter") {
    const auto least = std::numeric_limits<std::int64_t>::min();
    const auto most = std::numeric_limits<std::int64_t>::max();
    const Zone zone = made({.types = {60, 120, 180},
                            .changes = {{least, 1}, {at("1969-01-01"), 2}, {most, 1}},
                            .footer = kBerlin});
    CHECK(offset_at(zone, "1970-07-01") == 180s);
    CHECK(offset_at(zone, "2199-12-31") == 180s);
    CHECK(zone.period_at(WallTime::max()).offset == 180s);
    CHECK(zone.period_at(WallTime::min()).offset == 180s);
  }

  TEST_CASE("a file that is cut short anywhere is refused") {
    const std::string whole =
        bytes_of({.types = {0, 3600}, .changes = {{at("1980-01-01"), 1}}, .footer = kBerlin});
    REQUIRE(wrong_with(whole) == "nothing");
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      REQUIRE(wrong_with(std::string_view(whole).substr(0, size)) != "nothing");
    }
    const std::string old = bytes_of({.version = '\0'});
    CHECK(wrong_with(std::string_view(old).substr(0, old.size() - 1)) == "it ends too early");
  }

  TEST_CASE("what contradicts itself, or clocks, is refused") {
    const auto with = [](auto change) {
      Tzif file;
      change(file);
      return wrong_with(bytes_of(file));
    };
    CHECK(wrong_with("") == "it does not begin with \"TZif\"");
    CHECK(wrong_with("# tzdata.zi\n") == "it does not begin with \"TZif\"");
    CHECK(with([](Tzif& file) { file.types.clear(); }) == "it has no types");
    CHECK(with([](Tzif& file) {
            file.changes = {{0, 1}};
          }) == "it refers to a type that it does not have");
    CHECK(with([](Tzif& file) { file.types = {26 * 3600}; }) ==
          "an offset from UTC is more than a day");
    CHECK(with([](Tzif& file) { file.types = {-25 * 3600}; }) ==
          "an offset from UTC is more than a day");
    CHECK(with([](Tzif& file) { file.changes = {{5, 0}, {5, 0}}; }) == "its times do not ascend");
    CHECK(with([](Tzif& file) { file.leap_seconds = 1; }) ==
          "it counts leap seconds; use a zone file without them");
    CHECK(with([](Tzif& file) { file.marks = 2; }) == "its counts contradict each other");
    CHECK(with([](Tzif& file) { file.footer = "CET"; }) == "its rule \"CET\" is not valid");
    CHECK(with([](Tzif& file) { file.marks = 1; }) == "nothing");
    std::string bytes = bytes_of({});
    bytes[bytes.size() - 2] = ' ';
    CHECK(wrong_with(bytes) == "its footer is missing");
  }

  TEST_CASE("counts that no file could hold are refused") {
    for (std::size_t count = 20; count < 44; count += 4) {
      for (const char version : {'\0', '2'}) {
        std::string bytes = bytes_of({.version = version});
        bytes.replace(count, 4, "\xff\xff\xff\xff");
        CHECK(wrong_with(bytes) == "it ends too early");
      }
    }
  }
}

TEST_SUITE("schedule/zone_rule") {
  TEST_CASE("clocks change at the moments of the rule, every year until the last") {
    check_changes(kBerlin, {{"2025-03-30 01:00", 2h},
                            {"2025-10-26 01:00", 1h},
                            {"2100-03-28 01:00", 2h},
                            {"2199-10-27 01:00", 1h}});
    check_changes(kNewYork, {{"2026-03-08 07:00", -4h}, {"2026-11-01 06:00", -5h}});
    check_changes(kDublin, {{"2025-03-30 01:00", 1h}, {"2025-10-26 01:00", 0h}});
    check_changes(kLordHowe, {{"2026-04-04 15:00", 10h + 30min}, {"2026-10-03 15:30", 11h}});
    check_changes(kCairo, {{"2025-04-24 22:00", 3h}, {"2025-10-30 21:00", 2h}});
    check_changes(kBeirut, {{"2026-03-28 22:00", 3h}, {"2026-10-24 21:00", 2h}});
    check_changes(kNuuk, {{"2026-03-29 01:00", -1h}, {"2026-10-25 01:00", -2h}});
    check_changes("AAA0BBB,J59/0,J60/0", {{"2024-02-28 00:00", 1h},
                                          {"2024-02-29 23:00", 0h},
                                          {"2025-02-28 00:00", 1h},
                                          {"2025-02-28 23:00", 0h}});
    check_changes("AAA0BBB,58/0,59/0", {{"2024-02-28 00:00", 1h},
                                        {"2024-02-28 23:00", 0h},
                                        {"2025-02-28 00:00", 1h},
                                        {"2025-02-28 23:00", 0h}});
  }

  TEST_CASE("a rule without saving, or with nothing else, is one offset") {
    for (const auto& row :
         {std::pair{"<+13>-13", 13h}, {"UTC0", 0h}, {"EST5", -5h}, {"XXX3EDT4,0/0,J365/23", -4h}}) {
      CAPTURE(row.first);
      const Period period = of_rule(row.first).period_at(utc("2026-01-01"));
      CHECK(period.offset == row.second);
      CHECK(period.begin == kZoneBegin);
      CHECK(period.end >= kZoneEnd);
    }
  }

  TEST_CASE("signs, minutes and seconds are as POSIX has them") {
    CHECK(ZoneRule::parse("<-0430>+04:30")->standard == -4h - 30min);
    CHECK(ZoneRule::parse("LMT-1:02:03")->standard == 1h + 2min + 3s);
    const auto rule = ZoneRule::parse("AAA2BBB0,M3.5.0/-167,364/+23:30:15");
    REQUIRE((rule && rule->saving));
    CHECK(rule->saving->offset == 0s);
    CHECK(rule->saving->begin.time == -167h);
    CHECK(rule->saving->end.time == 23h + 30min + 15s);
    CHECK(ZoneRule::parse("AAA2BBB,1,2")->saving->offset == -1h);
    CHECK(ZoneRule::parse("AAA2BBB,1,2")->saving->end.time == 2h);
  }

  TEST_CASE("a rule that is none is refused") {
    for (const char* rule : {"CE-1",
                             "CET",
                             "CET-",
                             "CET-25",
                             "CET-1:60",
                             "CET-1:",
                             "CET-1x",
                             "<CET-1",
                             "<CE>-1",
                             "<>-1",
                             "C3T-1",
                             "CET-1CEST",
                             "CET-1CEST,",
                             "CET-1CEST,M3.5.0",
                             "CET-1CEST,M3.5.0,",
                             "CET-1CEST,M3.5.0,M10.5.0/168",
                             "CET-1CEST,M0.5.0,M10.5.0",
                             "CET-1CEST,M13.5.0,M10.5.0",
                             "CET-1CEST,M3.0.0,M10.5.0",
                             "CET-1CEST,M3.6.0,M10.5.0",
                             "CET-1CEST,M3.5.7,M10.5.0",
                             "CET-1CEST,M3.5,M10.5.0",
                             "CET-1CEST,J0,J365",
                             "CET-1CEST,J1,J366",
                             "CET-1CEST,0,366",
                             "CET-1CEST,M3.5.0,M10.5.0,",
                             "CET-1CEST,M3.5.0,M10.5.0/3 ",
                             " CET-1",
                             "CET-0001",
                             ":Europe/Berlin",
                             "CET-1CEST,M3.5.0//2,M10.5.0",
                             "CET--1"}) {
      CAPTURE(rule);
      CHECK_FALSE(ZoneRule::parse(rule));
    }
  }

  TEST_CASE("an error shows a rule on one line") {
    CHECK(ZoneRule::parse("a\nb").error().detail == "its rule \"a\\nb\" is not valid");
  }
}
