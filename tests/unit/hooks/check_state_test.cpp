#include "hooks/check_state.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pintle;
using namespace pintle::hooks;
using namespace std::chrono_literals;
using config::CheckPolicy;

namespace {

constexpr Time kStart{1000h};

char letter(Verdict verdict) {
  return name_of(verdict).front();  // u(nknown), h(ealthy); unhealthy is shown as x
}

/// Runs a check on its own schedule, each run taking no time; '+' is a success, '-' a failure. The
/// verdicts after each: 'u', 'h', 'x'.
std::string verdicts(const CheckPolicy& policy, std::string_view results) {
  CheckState state(policy);
  state.begin(kStart);
  std::string out;
  for (const char result : results) {
    REQUIRE(state.due());
    const Time now = *state.due();
    state.started();
    state.finished(result == '+', now);
    out += state.verdict() == Verdict::unhealthy ? 'x' : letter(state.verdict());
  }
  return out;
}

/// The seconds from the start at which the runs begin.
std::string times(const CheckPolicy& policy, std::string_view results) {
  CheckState state(policy);
  state.begin(kStart);
  std::string out;
  for (const char result : results) {
    const Time now = *state.due();
    out += std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now - kStart).count());
    out += ' ';
    state.started();
    state.finished(result == '+', now);
  }
  return out;
}

CheckPolicy docker(Duration start_period, std::int64_t retries = 3) {
  return {.interval = 10s,
          .failure_threshold = retries,
          .start_period = start_period,
          .start_interval = 5s};
}

CheckPolicy kubelet(std::int64_t failures, std::int64_t successes) {
  return {.interval = 10s,
          .failure_threshold = failures,
          .success_threshold = successes,
          .start_period = 0s};
}

}  // namespace

TEST_SUITE("hooks/check_state") {
  TEST_CASE("verdicts are Docker's") {
    struct Row {
      const char* what;
      CheckPolicy policy;
      const char* results;
      const char* verdicts;
    };
    const Row rows[] = {
        {"one success is healthy", docker(0s), "+", "h"},
        {"failures in a row", docker(0s), "---", "uux"},
        {"a success starts the count again", docker(0s), "--+--+---", "uuhhhhhhx"},
        {"one success is healthy again", docker(0s), "---+", "uuxh"},
        {"no retries", docker(0s, 1), "-+-", "xhx"},
        // 5 s apart in the start period of 20 s: the runs at 0, 5, 10 and 15 s do not count.
        {"the start period forgives", docker(20s), "------", "uuuuuu"},
        {"and then counts from one", docker(20s), "-------", "uuuuuux"},
        {"a success ends the start period", docker(60s), "-+---", "uhhhx"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      CHECK(verdicts(row.policy, row.results) == row.verdicts);
    }
  }

  TEST_CASE("verdicts are the kubelet's") {
    struct Row {
      CheckPolicy policy;
      const char* results;
      const char* verdicts;
    };
    const Row rows[] = {
        {kubelet(3, 1), "+--+---+", "hhhhhhxh"}, {kubelet(1, 2), "+++", "uhh"},
        {kubelet(1, 2), "+-++", "uxxh"},         {kubelet(2, 3), "++-+++--", "uuuuuhhx"},
        {kubelet(2, 2), "-+-+-+", "uuuuuu"},     {kubelet(3, 2), "++--+--+---", "uhhhhhhhhhx"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.results);
      CHECK(verdicts(row.policy, row.results) == row.verdicts);
    }
  }

  TEST_CASE("runs are an interval apart, and quicker in the start period") {
    struct Row {
      CheckPolicy policy;
      const char* results;
      const char* times;
    };
    const Row rows[] = {
        {docker(0s), "+-+", "0 10 20 "},
        {docker(20s), "------", "0 5 10 15 20 30 "},
        {docker(20s), "--+-", "0 5 10 20 "},
        {docker(12s), "----", "0 5 10 12 "},
        {{.interval = 3s}, "-----", "0 1 2 3 6 "},
        {{.interval = 3s, .start_period = 0s}, "---", "0 3 6 "},
    };
    for (const Row& row : rows) {
      CAPTURE(row.times);
      CHECK(times(row.policy, row.results) == row.times);
    }
  }

  TEST_CASE("a check that has not begun, runs now, or has ended is not due") {
    CheckState state(docker(0s));
    CHECK_FALSE(state.due());
    CHECK_FALSE(state.has_begun());
    state.begin(kStart);
    CHECK(state.due() == kStart);
    state.started();
    CHECK_FALSE(state.due());
    state.begin(kStart + 1s);
    CHECK_FALSE(state.due());
    CHECK(state.finished(true, kStart + 2s));
    CHECK(state.due() == kStart + 12s);
    state.end();
    CHECK_FALSE(state.due());
    CHECK(state.verdict() == Verdict::healthy);
  }

  TEST_CASE("only a change is told, and the streak is of like results") {
    CheckState state(kubelet(2, 1));
    state.begin(kStart);
    CHECK_FALSE(state.finished(false, kStart));
    CHECK(state.streak() == 1);
    CHECK(state.finished(false, kStart));
    CHECK(state.streak() == 2);
    CHECK_FALSE(state.finished(false, kStart));
    CHECK(state.streak() == 3);
    CHECK_FALSE(state.last_succeeded());
    CHECK(state.finished(true, kStart));
    CHECK(state.streak() == 1);
    CHECK(state.last_succeeded());
  }

  TEST_CASE("a run that ends after the start period counts, though it began within") {
    CheckState state(docker(20s, 1));
    state.begin(kStart);
    state.started();
    CHECK_FALSE(state.finished(false, kStart + 19999ms));
    CHECK(state.due() == kStart + 20s);
    state.started();
    CHECK(state.finished(false, kStart + 20s));
    CHECK(state.verdict() == Verdict::unhealthy);
  }
}
