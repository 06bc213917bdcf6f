#include "hooks/backoff.hpp"

#include <doctest/doctest.h>

using namespace pintle;
using namespace pintle::hooks;
using namespace std::chrono_literals;
using config::Backoff;
using config::BackoffType;

TEST_SUITE("hooks/backoff") {
  TEST_CASE("each type waits as it says") {
    struct Row {
      Backoff backoff;
      int attempt;
      Duration expected;
    };
    const Row rows[] = {
        {{}, 1, 1s},
        {{}, 9, 1s},
        {{.type = BackoffType::none}, 3, 0s},
        {{.type = BackoffType::linear}, 3, 3s},
        {{.type = BackoffType::exponential}, 1, 1s},
        {{.type = BackoffType::exponential}, 2, 2s},
        {{.type = BackoffType::exponential}, 5, 16s},
        {{.type = BackoffType::exponential}, 7, 60s},
        {{.type = BackoffType::exponential}, 2000, 60s},
        {{.type = BackoffType::exponential, .initial = 10ms, .max = 1h, .factor = 3}, 4, 270ms},
        {{.type = BackoffType::linear, .initial = 20s}, 1000000, 60s},
        {{.initial = 0s}, 1, 0s},
        {{.type = BackoffType::exponential, .initial = 0s}, 2000, 0s},
        {{.type = BackoffType::exponential, .max = 0s}, 2000, 0s},
    };
    for (const Row& row : rows) CHECK(wait_after(row.backoff, row.attempt, 0) == row.expected);
  }

  TEST_CASE("jitter shortens a wait by its part at most, and never lengthens it") {
    const Backoff backoff{.initial = 10s, .jitter = 0.5};
    CHECK(wait_after(backoff, 1, 0) == 10s);
    CHECK(wait_after(backoff, 1, 0.5) == 7500ms);
    CHECK(wait_after(backoff, 1, 1) == 5s);
  }
}
