#include "hooks/health.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace pintle::hooks;
using pintle::config::Question;

namespace {

using Views = std::vector<CheckView>;

Views views(const char* live, const char* ready, const char* startup) {
  Views all;
  const auto add = [&](const char* id, Question question, const char* verdict) {
    for (const Verdict one : {Verdict::unknown, Verdict::healthy, Verdict::unhealthy}) {
      if (name_of(one) == verdict) all.push_back({id, question, one, "why"});
    }
  };
  add("l", Question::liveness, live);
  add("r", Question::readiness, ready);
  add("s", Question::startup, startup);
  return all;
}

/// The answers to live, ready, startup and health: '+' or '-'.
std::string answers(Phase phase, const Views& checks, MainSays says = MainSays::nothing) {
  std::string out;
  for (const Asked asked : {Asked::live, Asked::ready, Asked::startup, Asked::health}) {
    const Answer one = answer(asked, phase, checks, says);
    CHECK_FALSE(one.reason.empty());
    out += one.healthy ? '+' : '-';
  }
  return out;
}

constexpr const char* kNo = "";
constexpr const char* kUnknown = "unknown";
constexpr const char* kGood = "healthy";
constexpr const char* kBad = "unhealthy";

}  // namespace

TEST_SUITE("hooks/health") {
  TEST_CASE("the answers are those of the table, in every phase and for every verdict") {
    struct Row {
      const char* live;
      const char* ready;
      const char* startup;
      const char* init;  // live, ready, startup, health
      const char* running;
      const char* stopping;
    };
    const Row rows[] = {
        {kNo, kNo, kNo, "+---", "++++", "+-+-"},
        {kUnknown, kNo, kNo, "+---", "++++", "+-+-"},
        {kGood, kNo, kNo, "+---", "++++", "+-+-"},
        {kBad, kNo, kNo, "+---", "-++-", "+-+-"},
        {kNo, kUnknown, kNo, "+---", "+-+-", "+-+-"},
        {kNo, kGood, kNo, "+---", "++++", "+-+-"},
        {kNo, kBad, kNo, "+---", "+-+-", "+-+-"},
        {kNo, kNo, kUnknown, "+---", "+---", "+---"},
        {kNo, kNo, kGood, "+---", "++++", "+-+-"},
        {kNo, kNo, kBad, "+---", "+---", "+---"},
        {kGood, kGood, kGood, "+---", "++++", "+-+-"},
        {kGood, kGood, kUnknown, "+---", "+---", "+---"},
        {kUnknown, kGood, kGood, "+---", "++++", "+-+-"},
        {kBad, kGood, kGood, "+---", "-++-", "+-+-"},
        {kBad, kBad, kBad, "+---", "----", "+---"},
    };
    for (const Row& row : rows) {
      const Views checks = views(row.live, row.ready, row.startup);
      CAPTURE(row.live);
      CAPTURE(row.ready);
      CAPTURE(row.startup);
      CHECK(answers(Phase::init, checks) == row.init);
      CHECK(answers(Phase::running, checks) == row.running);
      CHECK(answers(Phase::stopping, checks) == row.stopping);
    }
  }

  TEST_CASE("one bad check among good ones is found, and named with its words") {
    Views checks{{"a", Question::readiness, Verdict::healthy, ""},
                 {"b", Question::readiness, Verdict::unhealthy, "status 503"},
                 {"c", Question::readiness, Verdict::healthy, ""}};
    const Answer one = answer(Asked::health, Phase::running, checks);
    CHECK_FALSE(one.healthy);
    CHECK(one.reason == "check b is unhealthy: status 503");
    checks[1] = {"b", Question::readiness, Verdict::unknown, ""};
    CHECK(answer(Asked::ready, Phase::running, checks).reason == "check b is unknown");
  }

  TEST_CASE("a main that speaks for itself is ready when it says so, and the checks agree") {
    struct Row {
      MainSays says;
      const char* answers;  // live, ready, startup, health
    };
    const Row rows[] = {{MainSays::nothing, "++++"},
                        {MainSays::starting, "+-+-"},
                        {MainSays::ready, "++++"},
                        {MainSays::stopping, "+-+-"}};
    for (const Row& row : rows) {
      CHECK(answers(Phase::running, {}, row.says) == row.answers);
      CHECK(answers(Phase::running, views(kNo, kBad, kNo), row.says) == "+-+-");
      CHECK(answers(Phase::init, {}, row.says) == "+---");
    }
  }

  TEST_CASE("the reason tells the phase when that is the reason") {
    CHECK(answer(Asked::live, Phase::init, {}).reason == "alive, init");
    CHECK(answer(Asked::health, Phase::init, {}).reason == "the init steps are not done");
    CHECK(answer(Asked::health, Phase::stopping, {}).reason == "the container is stopping");
    CHECK(answer(Asked::health, Phase::running, {}).reason == "healthy");
  }

  TEST_CASE("asked for some checks, all of them must be healthy, and exist") {
    const Views checks = views(kUnknown, kGood, kBad);
    using Ids = std::vector<std::string>;
    struct Row {
      Ids ids;
      bool healthy;
      const char* reason;
    };
    const Row rows[] = {{{"r"}, true, "healthy"},
                        {{"r", "r"}, true, "healthy"},
                        {{"l"}, false, "check l is unknown: why"},
                        {{"r", "s"}, false, "check s is unhealthy: why"},
                        {{"x"}, false, "there is no check \"x\""},
                        {{"r", "x"}, false, "there is no check \"x\""},
                        {{""}, false, "there is no check \"\""}};
    for (const Row& row : rows) {
      const Answer one = answer_for(row.ids, checks);
      CHECK(one.healthy == row.healthy);
      CHECK(one.reason == row.reason);
    }
  }
}
