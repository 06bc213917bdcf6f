#include "control/metrics.hpp"

#include <fmt/format.h>

namespace pintle::control {
namespace {

/// Adds the samples of one metric.
class Samples {
 public:
  Samples(std::string& out, std::string name) : out_(out), name_(std::move(name)) {}

  void add(std::string_view labels, double value) const {
    out_ += fmt::format("{}{}{}{} {}\n", name_, labels.empty() ? "" : "{", labels,
                        labels.empty() ? "" : "}", value);
  }

 private:
  std::string& out_;
  std::string name_;
};

struct Metric {
  const char* name;
  const char* type;  ///< "gauge" or "counter", whose samples are called NAME_total
  const char* unit;  ///< the end of the name, or ""
  const char* help;
  void (*samples)(const Status& status, const Samples& out);
};

double seconds(Duration time) noexcept {
  return static_cast<double>(time.count()) / 1000;
}

// Ids are letters, digits, dots, dashes and underscores, so nothing in them is to be escaped.
std::string id_label(std::string_view id) {
  return fmt::format("id=\"{}\"", id);
}

template <class Value>
void each_hook(const Status& status, std::string_view kind, const Samples& out, Value value) {
  for (const HookStatus& hook : status.hooks) {
    if (hook.kind == kind && hook.last_code) out.add(id_label(hook.id), value(hook));
  }
}

void phase(const Status& status, const Samples& out) {
  for (const auto one : {health::Phase::init, health::Phase::running, health::Phase::stopping}) {
    out.add(fmt::format("pintle_phase=\"{}\"", health::name_of(one)), status.phase == one ? 1 : 0);
  }
}
void main_up(const Status& status, const Samples& out) {
  out.add("", status.main_pid > 0 ? 1 : 0);
}
void main_time(const Status& status, const Samples& out) {
  if (status.main_pid > 0) out.add("", seconds(status.main_time));
}
void check_healthy(const Status& status, const Samples& out) {
  for (const auto& check : status.checks) {
    out.add(fmt::format("{},kind=\"{}\"", id_label(check.id), health::name_of(check.question)),
            check.verdict == health::Verdict::healthy ? 1 : 0);
  }
}
void check_runs(const Status& status, const Samples& out) {
  for (const auto& check : status.checks) {
    out.add(id_label(check.id), static_cast<double>(check.runs));
  }
}
void step_time(const Status& status, const Samples& out) {
  each_hook(status, "step", out, [](const HookStatus& one) { return seconds(one.last_time); });
}
void job_runs(const Status& status, const Samples& out) {
  each_hook(status, "job", out,
            [](const HookStatus& one) { return static_cast<double>(one.runs); });
}
void job_code(const Status& status, const Samples& out) {
  each_hook(status, "job", out,
            [](const HookStatus& one) { return static_cast<double>(*one.last_code); });
}
void job_time(const Status& status, const Samples& out) {
  each_hook(status, "job", out, [](const HookStatus& one) { return seconds(one.last_time); });
}
void orphans(const Status& status, const Samples& out) {
  out.add("", static_cast<double>(status.orphans));
}
void dropped(const Status& status, const Samples& out) {
  out.add("", static_cast<double>(status.dropped_lines));
}

constexpr Metric kMetrics[] = {
    {"pintle_phase", "stateset", "", "What the container is doing.", phase},
    {"pintle_main_up", "gauge", "", "Whether main runs.", main_up},
    {"pintle_main_running_seconds", "gauge", "seconds", "How long main has been running.",
     main_time},
    {"pintle_check_healthy", "gauge", "", "Whether the check's verdict is healthy.", check_healthy},
    {"pintle_check_runs", "counter", "", "How often the check was begun.", check_runs},
    {"pintle_step_duration_seconds", "gauge", "seconds", "What the step's last attempt took.",
     step_time},
    {"pintle_job_runs", "counter", "", "How often the job has been begun.", job_runs},
    {"pintle_job_exit_code", "gauge", "", "What the job's last run ended with.", job_code},
    {"pintle_job_duration_seconds", "gauge", "seconds", "What the job's last run took.", job_time},
    {"pintle_reaped_orphans", "counter", "", "Dead processes that were nobody's hook.", orphans},
    {"pintle_dropped_log_lines", "counter", "", "Lines that standard error did not take.", dropped},
};

}  // namespace

std::string metrics(const Status& status) {
  std::string out;
  for (const Metric& metric : kMetrics) {
    out += fmt::format("# TYPE {} {}\n", metric.name, metric.type);
    if (*metric.unit != '\0') out += fmt::format("# UNIT {} {}\n", metric.name, metric.unit);
    out += fmt::format("# HELP {} {}\n", metric.name, metric.help);
    const bool counts = std::string_view(metric.type) == "counter";
    metric.samples(status, {out, counts ? fmt::format("{}_total", metric.name) : metric.name});
  }
  return out + "# EOF\n";
}

}  // namespace pintle::control
