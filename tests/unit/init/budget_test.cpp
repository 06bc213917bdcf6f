#include "init/budget.hpp"

#include <doctest/doctest.h>

using namespace pintle;
using namespace pintle::init;
using namespace std::chrono_literals;

namespace {

constexpr Time kBegin{1000h};

}  // namespace

TEST_SUITE("init/budget") {
  TEST_CASE("before a stop, and without a total, there is no limit") {
    Budget idle(8s, 16s, true);
    for (const auto& end : {idle.end(), idle.jobs_end(), idle.before_end(), idle.main_end()}) {
      CHECK_FALSE(end);
    }
    Budget endless(8s, {}, true);
    endless.begin(kBegin);
    CHECK_FALSE(endless.end());
    CHECK(endless.limited(kBegin + 1h) == kBegin + 1h);
  }

  TEST_CASE("each part leaves some of the total to those behind it") {
    Budget budget(8s, 16s, true);
    budget.begin(kBegin);
    CHECK(budget.jobs_end() == kBegin + 4s);
    CHECK(budget.before_end() == kBegin + 10s);  // a quarter of the total is left to main
    CHECK(budget.main_end() == kBegin + 14s);
    CHECK(budget.end() == kBegin + 16s);
    CHECK(budget.limited(kBegin + 1h) == kBegin + 16s);
    CHECK(Budget(1s, 16s, true).grace() == 1s);
    Budget patient(1s, 16s, false);
    patient.begin(kBegin);
    CHECK(patient.before_end() == kBegin + 15s);  // main needs no more than its grace period
    CHECK(patient.main_end() == kBegin + 16s);
  }

  TEST_CASE("the total counts from what began the stop, once") {
    Budget signalled(8s, 16s, false);
    signalled.begin(kBegin);
    signalled.begin(kBegin + 5s);
    signalled.note_main_end(kBegin + 2s);
    CHECK(signalled.end() == kBegin + 16s);
    Budget ended(8s, 16s, false);
    ended.note_main_end(kBegin);
    CHECK(ended.end() == kBegin + 16s);
    ended.begin(kBegin + 3s);
    CHECK(ended.end() == kBegin + 16s);
  }

  TEST_CASE("what is left has the rest of the total, or as long as main would have had") {
    Budget total(8s, 16s, false);
    total.begin(kBegin);
    CHECK(total.remaining_end(kBegin + 3s) == kBegin + 16s);
    CHECK(Budget({}, {}, false).remaining_end(kBegin) == kBegin + 5s);
    CHECK(Budget(8s, {}, false).remaining_end(kBegin) == kBegin + 8s);
    CHECK(Budget(1s, {}, false).remaining_end(kBegin) == kBegin + 5s);
  }
}
