// `schedule`: a cron, or an object.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "reading.hpp"

using namespace pintle::config;
using reading::contains;
using reading::good;
using reading::problem_of;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kBefore = R"({"maintenance":[{"id":"a","command":"x","schedule":)";

std::string job(std::string_view schedule) {
  return fmt::format("{}{}}}]}}", kBefore, schedule);
}

Schedule schedule_of(std::string_view schedule) {
  return good(job(schedule)).hooks.at(0).as<JobPolicy>().schedule;
}

/// What is said of a job whose environment sets WHEN.
std::string said(std::string_view schedule, const std::string& when) {
  const std::vector<std::string> environment{"WHEN=" + when};
  Problems problems;
  const Model model = parse(job(schedule), {reading::specs::kAll, &environment}, problems);
  if (!problems.empty()) return format_problem(problems.front(), "f");
  return model.hooks.at(0).as<JobPolicy>().schedule.cron ? "good" : "unknown";
}

}  // namespace

TEST_SUITE("config/schedule") {
  TEST_CASE("a string is a cron, an object an interval") {
    const Schedule cron = schedule_of(R"("*/15 * * * *")");
    REQUIRE(cron.cron);
    CHECK(cron.cron->next_after(pintle::schedule::WallTime(1s)) ==
          pintle::schedule::WallTime(15min));
    CHECK(cron.text == "*/15 * * * *");
    const Schedule every = schedule_of(R"({"every":"6h"})");
    CHECK_FALSE(every.cron);
    CHECK(every.every == 6h);
    CHECK(every.text.empty());
  }

  TEST_CASE("a problem is at the value and says which field is wrong") {
    struct Row {
      const char* value;
      const char* says;
    };
    const Row rows[] = {
        {R"("0 24 * * *")", "the hour \"24\" is above 23"},
        {R"("0 0 31 2 *")", "the day of the month \"31\" never comes in the month \"2\""},
        {R"("6h")", "it has 1 field, not five"},
        {R"("@reboot")", "write \"runOnStart\": true instead of the schedule"},
        {R"("${WHEN")", "is not closed"},
        {R"("${WHEN:-0 3 * *}")",
         "\"${WHEN:-0 3 * *}\", whose value is \"0 3 * *\", is not a cron schedule"},
        {"5",
         "a schedule is a string like \"*/15 * * * *\", or an object like {\"every\": \"6h\"}"},
        {"[]", "found an array"},
        {"null", "found null"}};
    const std::string place = fmt::format("f:1:{}: /maintenance/0/schedule: ", kBefore.size() + 1);
    for (const Row& row : rows) {
      const std::string line = problem_of(job(row.value));
      CAPTURE(line);
      CHECK(line.starts_with(place));
      CHECK(contains(line, row.says));
    }
  }

  TEST_CASE("a variable's value is a cron, and is shown if it is none, without credentials") {
    CHECK(said(R"("$WHEN")", "0 3 * * *") == "good");
    CHECK(said(R"("0 $WHEN * * *")", "3") == "good");
    CHECK(said(R"("${NEVER:-@daily}")", "x") == "good");
    CHECK(said(R"("$NEVER")", "x") == "unknown");
    CHECK(contains(said(R"("$WHEN")", "3am"), "\"$WHEN\", whose value is \"3am\", is not a cron"));
    CHECK_FALSE(contains(said(R"("$WHEN")", "a://b:s3cret@c"), "s3cret"));
    CHECK(schedule_of(R"("${WHEN:-0 3 * * *}")").text == "${WHEN:-0 3 * * *}");
  }

  TEST_CASE("a time zone is a name, which is read later") {
    const auto with = [](std::string_view zone) {
      return job(fmt::format(R"("0 3 * * *","timezone":{})", zone));
    };
    CHECK(schedule_of(R"("0 3 * * *")").timezone.empty());
    for (const char* name : {"Europe/Berlin", "Etc/GMT+5", "America/Port-au-Prince", "UTC",
                             "America/Argentina/Buenos_Aires", "x"}) {
      const Schedule schedule =
          good(with(fmt::format("\"{}\"", name))).hooks.at(0).as<JobPolicy>().schedule;
      CHECK(schedule.timezone == name);
      CHECK(schedule.timezone_at.column == kBefore.size() + 24);
    }
    for (const char* name : {"", "/", "/UTC", "UTC/", "a//b", "..", "a/../b", "a.b", "a b", "$TZ",
                             "Zürich", "a\\nb", "CET-1CEST,M3.5.0"}) {
      const std::string line = problem_of(with(fmt::format("\"{}\"", name)));
      CAPTURE(line);
      CHECK(contains(line, "/maintenance/0/timezone: \""));
      CHECK(contains(line, "is not the name of a time zone; write it like \"Europe/Berlin\""));
    }
    CHECK(contains(problem_of(with("1")), "/maintenance/0/timezone: expected a string"));
  }

  TEST_CASE("an interval has no time zone") {
    for (const char* keys :
         {R"({"every":"6h"},"timezone":"UTC")", R"({"every":"6h"},"timezone":"Europe/Berlin")"}) {
      CHECK(contains(problem_of(job(keys)),
                     "/maintenance/0/timezone: it has no effect on \"every\""));
    }
    CHECK(problem_of(R"({"steps":[{"id":"a","command":"x","timezone":"UTC"}]})") ==
          "f:1:35: /steps/0/timezone: the key \"timezone\" is not allowed in a step");
  }
}
