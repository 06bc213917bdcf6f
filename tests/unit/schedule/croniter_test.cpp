// Our slots against those of Debian's croniter: what the two do not agree on stands in
// croniter_slots.py.
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "running.hpp"
#include "schedule/cron.hpp"

using namespace pintle::schedule;
using running::take;
using running::take_time;

namespace {

constexpr int kCronCount = 10000;

}  // namespace

TEST_SUITE("schedule/croniter") {
  TEST_CASE("after 10,000 random times croniter finds the same slots of random crons") {
    const std::string table = running::output_of("croniter_slots.py", kCronCount);
    std::string_view left = table;
    int count = 0;
    for (; !left.empty(); ++count) {
      const std::string text(take(left, '\t'));
      CAPTURE(text);
      const auto time = take_time(left, '\t');
      const auto slot = take_time(left, '\n');
      const auto cron = Cron::parse(text);
      REQUIRE(cron);
      REQUIRE(cron->next_after(time) == slot);
    }
    CHECK(count == kCronCount);
  }
}
