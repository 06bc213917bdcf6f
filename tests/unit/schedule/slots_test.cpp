#include "schedule/slots.hpp"

#include <doctest/doctest.h>

#include "schedule/timer.hpp"
#include "zones.hpp"

using namespace pintle;
using namespace pintle::schedule;
using namespace std::chrono_literals;

namespace {

constexpr WallTime kNoon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 12h;

/// Slots, and two clocks to turn.
class World {
 public:
  explicit World(const char* text, WallTime wall = kNoon + 20s, const char* rule = nullptr)
      : slots_(cron_of(text, rule)), offset_(wall.time_since_epoch() - now_.time_since_epoch()) {
    slots_.set_clock(offset_, now_);
    slots_.begin(now_);
  }

  /// The time passes, asleep or awake. Returns how often it was due.
  int wait(Duration time) {
    const Time end = now_ + time;
    int runs = 0;
    for (; slots_.due() && *slots_.due() <= end; ++runs) take_at(std::max(now_, *slots_.due()));
    now_ = end;
    return runs;
  }
  int sleep(Duration time) {
    now_ += time;
    return wait(0s);
  }
  int set_clock(WallTime wall) {
    offset_ = wall.time_since_epoch() - now_.time_since_epoch();
    slots_.set_clock(offset_, now_);
    return wait(0s);
  }

  WallTime wall() const {
    return WallTime(std::chrono::floor<std::chrono::seconds>(now_.time_since_epoch() + offset_));
  }
  WallTime next() const {
    REQUIRE(slots_.due());
    return WallTime(
        std::chrono::floor<std::chrono::seconds>(slots_.due()->time_since_epoch() + offset_));
  }
  Slots& slots() { return slots_; }
  Time now() const { return now_; }

 private:
  static Cron cron_of(const char* text, const char* rule) {
    auto cron = Cron::parse(text);
    REQUIRE(cron);
    if (rule != nullptr) cron->set_zone(std::make_shared<const Zone>(zones::of_rule(rule)));
    return *cron;
  }

  void take_at(Time time) {
    now_ = time;
    slots_.take(now_);
    REQUIRE((!slots_.due() || *slots_.due() > now_));  // no storm
  }

  Slots slots_;
  Time now_{1000h + 7ns};
  WallOffset offset_;
};

}  // namespace

TEST_SUITE("schedule/slots") {
  TEST_CASE("a slot is due at its wall time, once") {
    World world("*/5 * * * *");
    CHECK(world.next() == kNoon + 5min);
    CHECK(world.wait(4min + 39s) == 0);
    CHECK(world.wait(1s) == 1);
    CHECK(world.wait(1h) == 12);
    CHECK(world.next() == kNoon + 70min);
  }

  TEST_CASE("a slot at the very start is left to whoever ran before") {
    World world("0 * * * *", kNoon);
    CHECK(world.next() == kNoon + 1h);
    World before("0 * * * *", kNoon - 1s);
    CHECK(before.wait(1s) == 1);
  }

  TEST_CASE("a machine that slept takes the slots it missed as one") {
    World world("* * * * *");
    CHECK(world.sleep(72h) == 1);
    CHECK(world.next() == kNoon + 72h + 1min);
    CHECK(world.wait(10min) == 10);
  }

  TEST_CASE("a clock that is set forward by a day jumps over slots, which are one run") {
    World world("* * * * *");
    CHECK(world.wait(10min) == 10);
    CHECK(world.set_clock(world.wall() + 24h) == 1);
    CHECK(world.wait(10min) == 10);
  }

  TEST_CASE("a clock that is set forward by less than a slot moves the slot") {
    World world("0 * * * *");
    CHECK(world.set_clock(kNoon + 59min) == 0);
    CHECK(world.wait(59s) == 0);
    CHECK(world.wait(1s) == 1);
  }

  TEST_CASE("a clock that is set back by a day brings no slot that was taken again") {
    World world("* * * * *");
    CHECK(world.wait(10min) == 10);
    CHECK(world.set_clock(world.wall() - 24h) == 0);
    CHECK(world.wait(24h) == 0);
    CHECK(world.wait(10min) == 10);
  }

  TEST_CASE(
      "a slot that was not taken yet is taken when it comes, however often the clock is set") {
    World world("0 0 * * *");
    for (int i = 0; i < 10; ++i) {
      CHECK(world.set_clock(kNoon - 24h) == 0);
      CHECK(world.next() == kNoon + (i == 0 ? -12h : 12h));
      CHECK(world.set_clock(kNoon) == (i == 0 ? 1 : 0));
      CHECK(world.next() == kNoon + 12h);
    }
    CHECK(world.wait(12h) == 1);
  }

  TEST_CASE("a clock that swings by a day makes one run for each slot at most") {
    World world("* * * * *");
    int runs = 0;
    for (int i = 0; i < 100; ++i) {
      runs += world.set_clock(kNoon + 24h);
      runs += world.set_clock(kNoon);
    }
    CHECK(runs == 1);
  }

  TEST_CASE("a clock that was wrong by years and is set right does not stop a job for years") {
    World world("0 * * * *");
    CHECK(world.set_clock(kNoon + 24h * 3650) == 1);
    CHECK(world.set_clock(kNoon) == 0);
    CHECK(world.next() == kNoon + 1h);
    World epoch("0 * * * *", WallTime(5s));
    CHECK(epoch.set_clock(kNoon) == 1);
    CHECK(epoch.next() == kNoon + 1h);
  }

  TEST_CASE("what has ended, or has not begun, is not due whatever the clock does") {
    Slots slots(*Cron::parse("* * * * *"));
    slots.set_clock(48h, Time(1h));
    slots.take(Time(1h));
    CHECK_FALSE(slots.due());
    slots.begin(Time(1h));
    CHECK(slots.due() == Time(1h + 1min));
    slots.end();
    slots.set_clock(96h, Time(2h));
    CHECK_FALSE(slots.due());
  }

  TEST_CASE("after the last slot there is none, unless the clock is set back") {
    World world("* * * * *", std::chrono::sys_days(std::chrono::year(2200) / 1 / 1));
    CHECK_FALSE(world.slots().due());
    CHECK(world.set_clock(kNoon) == 0);
    CHECK(world.next() == kNoon + 1min);
  }

  TEST_CASE("a night in which clocks are set has as many runs as any other, but for its hour") {
    struct Row {
      const char* cron;
      int usual, spring, autumn;  // runs in a day
    };
    for (const Row& row :
         {Row{"30 2 * * *", 1, 1, 1}, Row{"*/20 2 * * *", 3, 1, 3}, Row{"0 0-23 * * *", 24, 23, 24},
          Row{"*/15 * * * *", 96, 92, 100}, Row{"@daily", 1, 1, 1}, Row{"@hourly", 24, 23, 25}}) {
      CAPTURE(row.cron);
      World spring(row.cron, zones::utc("2026-03-27 11:00"), zones::kBerlin);
      CHECK(spring.wait(24h) == row.usual);
      CHECK(spring.wait(23h) == row.spring);
      CHECK(spring.wait(24h) == row.usual);
      World autumn(row.cron, zones::utc("2026-10-24 10:00"), zones::kBerlin);
      CHECK(autumn.wait(25h) == row.autumn);
      CHECK(autumn.wait(24h) == row.usual);
    }
  }

  TEST_CASE("a clock that swings around the moment when clocks are set brings no slot twice") {
    for (const char* day : {"2026-03-29", "2026-10-25"}) {
      const WallTime change = zones::utc(day) + 1h;
      World world("30 2 * * *", change - 50min, zones::kBerlin);
      int runs = 0;
      for (int i = 0; i < 50; ++i) {
        for (const auto distance : {-70min, 0min, 1min, -1min, 70min, -20min, 130min}) {
          runs += world.set_clock(change + distance);
        }
      }
      CHECK(runs == 1);
      CHECK(world.set_clock(change + 130min) == 0);
      CHECK(world.wait(24h) == 1);
    }
  }

  TEST_CASE("a machine that sleeps while clocks are set takes what it missed as one") {
    World world("*/5 2 * * *", zones::utc("2026-03-28 20:00"), zones::kBerlin);
    CHECK(world.sleep(12h) == 1);
    CHECK(world.next() == zones::utc("2026-03-30 00:00"));
    World often("*/5 * * * *", zones::utc("2026-10-24 20:00"), zones::kBerlin);
    CHECK(often.sleep(12h) == 1);
    CHECK(often.next() == zones::utc("2026-10-25 08:05"));
  }

  TEST_CASE("a timer is either") {
    Timer every(10s);
    every.set_clock(48h, Time(1h));
    every.begin(Time(1h));
    CHECK(every.due() == Time(1h + 10s));
    Timer cron(*Cron::parse("@hourly"));
    cron.set_clock(WallOffset(10min), Time(1h));
    cron.begin(Time(1h));
    CHECK(cron.due() == Time(1h + 50min));
    cron.take(*cron.due());
    CHECK(cron.due() == Time(2h + 50min));
    cron.end();
    CHECK_FALSE(cron.due());
  }
}
