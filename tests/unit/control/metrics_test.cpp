#include "control/metrics.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pintle;
using namespace pintle::control;
using config::Question;
using hooks::Verdict;

namespace {

Status metrics_example() {
  Status status{.phase = hooks::Phase::running, .main_pid = 7};
  status.checks = {{"live", Question::liveness, Verdict::healthy, "", 5, 2}};
  status.hooks = {{"job", "new", "waiting"}};
  status.hooks.push_back({"job", "old", "done", 4, 0, Duration(1500), 3});
  status.hooks.back().succeeded_at = 1790000000;
  status.hooks.push_back({"step", "init", "done", 2, 0, Duration(250), 1});
  return status;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_SUITE("control/metrics") {
  TEST_CASE("a job has its series before its first run, and what failed is counted") {
    for (const MetricsFormat format : {MetricsFormat::text, MetricsFormat::open}) {
      const std::string text = metrics(metrics_example(), format);
      CAPTURE(text);
      for (const char* line : {
               "pintle_job_runs_total{id=\"new\"} 0",
               "pintle_job_failures_total{id=\"new\"} 0",
               "pintle_job_last_success_timestamp_seconds{id=\"new\"} 0",
               "pintle_job_runs_total{id=\"old\"} 4",
               "pintle_job_failures_total{id=\"old\"} 3",
               "pintle_job_last_success_timestamp_seconds{id=\"old\"} 1790000000",
               "pintle_job_duration_seconds{id=\"old\"} 1.5",
               "pintle_check_runs_total{id=\"live\"} 5",
               "pintle_check_failures_total{id=\"live\"} 2",
               "pintle_step_failures_total{id=\"init\"} 1",
           }) {
        CAPTURE(line);
        CHECK(has_line(text, line));
      }
      CHECK(text.find("pintle_job_exit_code{id=\"new\"}") == std::string::npos);
    }
  }

  TEST_CASE("the text format has nothing in it that only OpenMetrics knows") {
    const std::string text = metrics(metrics_example(), MetricsFormat::text);
    for (const char* no : {"stateset", "# EOF", "# UNIT"})
      CHECK(text.find(no) == std::string::npos);
    CHECK(has_line(text, "# TYPE pintle_phase gauge"));
    CHECK(has_line(text, "# TYPE pintle_job_runs_total counter"));
    const std::string open = metrics(metrics_example(), MetricsFormat::open);
    CHECK(has_line(open, "# TYPE pintle_phase stateset"));
    CHECK(has_line(open, "# TYPE pintle_job_runs counter"));
    CHECK(open.ends_with("# EOF\n"));
  }

  TEST_CASE("OpenMetrics is sent if it is asked for, and not less than plain text") {
    struct Row {
      const char* accept;
      MetricsFormat format;
    };
    constexpr auto kText = MetricsFormat::text;
    constexpr auto kOpen = MetricsFormat::open;
    const Row rows[] = {
        {"", kText},
        {"Accept: */*\r\n", kText},
        {"Accept: text/plain\r\n", kText},
        {"Accept: application/openmetrics-text\r\n", kOpen},
        {"accept:Application/OpenMetrics-Text; version=1.0.0 \r\n", kOpen},
        {"Accept: application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,"
         "*/*;q=0.1\r\n",
         kOpen},
        {"Accept: application/openmetrics-text;q=0.2, text/plain;q=0.5\r\n", kText},
        {"Accept: text/plain\r\nAccept: application/openmetrics-text\r\n", kOpen},
        {"Accept: application/openmetrics-text;q=0\r\n", kText},
        {"Accept: application/openmetrics-text; q = 0.001\r\n", kOpen},
        {"Accept: application/openmetrics-text;q=x\r\n", kText},
        {"X-Accept: application/openmetrics-text\r\n", kText},
        {"Accept: ,;,application/json;q=1,,\r\n", kText},
    };
    for (const Row& row : rows) {
      CAPTURE(row.accept);
      const std::string head = std::string("GET /metrics HTTP/1.1\r\n") + row.accept + "\r\n";
      CHECK(metrics_format(head) == row.format);
    }
    CHECK(type_of(kText) == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(type_of(kOpen) == "application/openmetrics-text; version=1.0.0; charset=utf-8");
  }
}
