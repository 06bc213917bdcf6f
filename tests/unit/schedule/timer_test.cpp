#include "schedule/timer.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace pintle;
using namespace pintle::schedule;
using namespace std::chrono_literals;

namespace {

constexpr Time kTimerStart{1000h};

Timer cron_timer(const char* text, Jitter jitter = {}) {
  return Timer(*Cron::parse(text), jitter);
}

}  // namespace

TEST_SUITE("schedule/timer") {
  TEST_CASE("no jitter puts nothing off") {
    CHECK(Jitter{}.delay(1) == 0ms);
    CHECK(Jitter{0ms, 7}.delay(1) == 0ms);
  }

  TEST_CASE("delays lie within the jitter, and are spread over it") {
    const Jitter jitter{10ms, seed_of("host", "job")};
    std::set<Duration> seen;
    for (std::uint64_t slot = 0; slot < 1000; ++slot) {
      const Duration delay = jitter.delay(slot);
      CHECK(delay >= 0ms);
      CHECK(delay <= 10ms);
      seen.insert(delay);
    }
    CHECK(seen.size() == 11);
  }

  TEST_CASE("host and job both make a seed, and their border counts") {
    CHECK(seed_of("a", "b") == seed_of("a", "b"));
    CHECK(seed_of("a", "b") != seed_of("b", "a"));
    CHECK(seed_of("ab", "c") != seed_of("a", "bc"));
    CHECK(seed_of("", "c") != seed_of("c", ""));
  }

  TEST_CASE("a start again finds the slots of a cron where they were") {
    const Jitter jitter{5min, seed_of("host", "job")};
    Timer first = cron_timer("0 * * * *", jitter);
    first.begin(kTimerStart + 10min);
    Timer again = cron_timer("0 * * * *", jitter);
    again.begin(kTimerStart + 20min);
    CHECK(first.due() == again.due());
    CHECK(*first.due() - (kTimerStart + 1h) <= 5min);
  }

  TEST_CASE("a slot that is put off is taken once") {
    Timer timer = cron_timer("* * * * *", {30s, 3});
    timer.begin(kTimerStart - 1ms);
    for (int minute = 0; minute < 50; ++minute) {
      REQUIRE(*timer.due() >= kTimerStart + minute * 1min);
      REQUIRE(*timer.due() <= kTimerStart + minute * 1min + 30s);
      timer.take(*timer.due());
    }
  }

  TEST_CASE("what is missed is told by the last slot, not by the first") {
    Timer cron = cron_timer("0 * * * *");
    cron.begin(kTimerStart);
    Timer every{Duration(1h)};
    every.begin(kTimerStart);
    for (const Timer* timer : {&cron, &every}) {
      CHECK(timer->last_due(kTimerStart + 1h, 1s) == kTimerStart + 1h);
      CHECK(timer->last_due(kTimerStart + 1h + 1s, 1s) == kTimerStart + 1h);
      CHECK_FALSE(timer->last_due(kTimerStart + 1h + 3s, 1s));
      CHECK(timer->last_due(kTimerStart + 48h + 10s, 10s) == kTimerStart + 48h);
      CHECK_FALSE(timer->last_due(kTimerStart + 48h + 12s, 10s));
      CHECK(timer->last_due(kTimerStart + 48h + 30min, 5h) == kTimerStart + 48h);
    }
  }

  TEST_CASE("what is put off is not late before that time") {
    Timer timer = cron_timer("0 * * * *", {30min, 5});
    timer.begin(kTimerStart - 1ms);
    const Time due = *timer.due();
    REQUIRE(due > kTimerStart + 2s);
    CHECK(timer.last_due(due + 1s, 2s) == due);
    CHECK_FALSE(timer.last_due(due + 3s, 2s));
  }

  TEST_CASE("a start in between finds the slot that is put off, and none that has been taken") {
    const Jitter jitter{30min, seed_of("host", "job")};
    Timer first = cron_timer("0 * * * *", jitter);
    first.begin(kTimerStart - 1ms);
    const Time due = *first.due();
    REQUIRE(due > kTimerStart);
    Timer before = cron_timer("0 * * * *", jitter);
    before.begin(due - 1ms);
    CHECK(before.due() == due);
    Timer after = cron_timer("0 * * * *", jitter);
    after.begin(due);
    CHECK(*after.due() >= kTimerStart + 1h);
  }
}
