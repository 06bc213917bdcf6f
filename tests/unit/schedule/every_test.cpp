#include "schedule/every.hpp"

#include <doctest/doctest.h>

using namespace pintle;
using pintle::schedule::Every;
using namespace std::chrono_literals;

namespace {

constexpr Time kStart{1000h};

}  // namespace

TEST_SUITE("schedule/every") {
  TEST_CASE("slots are an interval apart, the first one interval after the start") {
    Every every(10s);
    CHECK_FALSE(every.due());
    every.begin(kStart);
    for (int slot = 1; slot < 100; ++slot) {
      REQUIRE(every.due() == kStart + slot * 10s);
      every.take(*every.due());
    }
  }

  TEST_CASE("a slot that is taken late moves none, and those that have passed are left out") {
    struct Row {
      Duration late;
      Duration next;
    };
    const Row rows[] = {
        {0ms, 20s},     {1ms, 20s},     {9999ms, 20s},    {10s, 30s},
        {10001ms, 30s}, {59999ms, 70s}, {24h, 24h + 20s}, {24h * 365, 24h * 365 + 20s}};
    for (const Row& row : rows) {
      Every every(10s);
      every.begin(kStart);
      every.take(kStart + 10s + row.late);
      CHECK(every.due() == kStart + row.next);
    }
  }

  TEST_CASE("the next slot lies ahead, even of a millisecond's interval after ten years") {
    Every every(1ms);
    every.begin(kStart);
    const Time now = kStart + 24h * 3653 + std::chrono::nanoseconds(1);
    every.take(now);
    REQUIRE(every.due());
    CHECK(*every.due() > now);
    CHECK(*every.due() <= now + 1ms);
  }

  TEST_CASE("what has ended, or has not begun, has no slot to take") {
    Every every(10s);
    every.take(kStart);
    CHECK_FALSE(every.due());
    every.begin(kStart);
    every.end();
    every.take(kStart + 1h);
    CHECK_FALSE(every.due());
  }
}
