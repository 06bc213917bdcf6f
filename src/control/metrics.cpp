#include "control/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

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
  const char* type;  ///< "gauge", "counter" (its samples have the name NAME_total) or "stateset"
  const char* unit;  ///< the end of the name, or ""
  const char* help;
  void (*samples)(const Status& status, const Samples& out);
};

double seconds(Duration time) noexcept {
  return static_cast<double>(time.count()) / 1000;
}

// Ids consist of letters, digits, dots, dashes and underscores, so they need no escaping.
std::string id_label(std::string_view id) {
  return fmt::format("id=\"{}\"", id);
}

template <class Value>
void each_hook(const Status& status, std::string_view kind, const Samples& out, Value value) {
  for (const HookStatus& hook : status.hooks) {
    if (hook.kind == kind) out.add(id_label(hook.id), value(hook));
  }
}

/// Adds a sample for each hook that has ended at least once.
template <class Value>
void each_ended(const Status& status, std::string_view kind, const Samples& out, Value value) {
  for (const HookStatus& hook : status.hooks) {
    if (hook.kind == kind && hook.last_code) out.add(id_label(hook.id), value(hook));
  }
}

double failures_of(const HookStatus& hook) noexcept {
  return static_cast<double>(hook.failures);
}

void phase(const Status& status, const Samples& out) {
  for (const auto one : {hooks::Phase::init, hooks::Phase::running, hooks::Phase::stopping}) {
    out.add(fmt::format("pintle_phase=\"{}\"", hooks::name_of(one)), status.phase == one ? 1 : 0);
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
    out.add(fmt::format("{},kind=\"{}\"", id_label(check.id), hooks::name_of(check.question)),
            check.verdict == hooks::Verdict::healthy ? 1 : 0);
  }
}
void check_runs(const Status& status, const Samples& out) {
  for (const auto& check : status.checks) {
    out.add(id_label(check.id), static_cast<double>(check.runs));
  }
}
void check_failures(const Status& status, const Samples& out) {
  for (const auto& check : status.checks) {
    out.add(id_label(check.id), static_cast<double>(check.failures));
  }
}
void step_failures(const Status& status, const Samples& out) {
  each_hook(status, "step", out, failures_of);
}
void job_failures(const Status& status, const Samples& out) {
  each_hook(status, "job", out, failures_of);
}
void job_success(const Status& status, const Samples& out) {
  each_hook(status, "job", out, [](const HookStatus& one) {
    return static_cast<double>(one.succeeded_at.value_or(0));
  });
}
void step_time(const Status& status, const Samples& out) {
  each_ended(status, "step", out, [](const HookStatus& one) { return seconds(one.last_time); });
}
void job_runs(const Status& status, const Samples& out) {
  each_hook(status, "job", out,
            [](const HookStatus& one) { return static_cast<double>(one.runs); });
}
void job_code(const Status& status, const Samples& out) {
  each_ended(status, "job", out,
             [](const HookStatus& one) { return static_cast<double>(*one.last_code); });
}
void job_time(const Status& status, const Samples& out) {
  each_ended(status, "job", out, [](const HookStatus& one) { return seconds(one.last_time); });
}
void orphans(const Status& status, const Samples& out) {
  out.add("", static_cast<double>(status.orphans));
}
void dropped(const Status& status, const Samples& out) {
  out.add("", static_cast<double>(status.dropped_lines));
}

constexpr Metric kMetrics[] = {
    {"pintle_phase", "stateset", "", "The phase of the container.", phase},
    {"pintle_main_up", "gauge", "", "Whether main runs.", main_up},
    {"pintle_main_running_seconds", "gauge", "seconds", "How long main has been running.",
     main_time},
    {"pintle_check_healthy", "gauge", "", "Whether the check's verdict is healthy.", check_healthy},
    {"pintle_check_runs", "counter", "", "How many runs of the check have begun.", check_runs},
    {"pintle_check_failures", "counter", "", "How many runs of the check failed.", check_failures},
    {"pintle_step_failures", "counter", "", "How many attempts of the step failed.", step_failures},
    {"pintle_step_duration_seconds", "gauge", "seconds", "How long the step's last attempt took.",
     step_time},
    {"pintle_job_runs", "counter", "", "How many runs of the job have begun.", job_runs},
    {"pintle_job_failures", "counter", "", "How many runs of the job failed.", job_failures},
    {"pintle_job_last_success_timestamp_seconds", "gauge", "seconds",
     "When the job's last successful run ended, in Unix time; 0: never.", job_success},
    {"pintle_job_exit_code", "gauge", "", "The exit code of the job's last run.", job_code},
    {"pintle_job_duration_seconds", "gauge", "seconds", "How long the job's last run took.",
     job_time},
    {"pintle_reaped_orphans", "counter", "", "How many orphans pintle has reaped.", orphans},
    {"pintle_dropped_log_lines", "counter", "",
     "How many log lines were dropped because standard error did not accept them.", dropped},
};

constexpr std::string_view kOpenType = "application/openmetrics-text";

void add_metric(const Metric& metric, const Status& status, std::string& out) {
  const bool counts = std::string_view(metric.type) == "counter";
  metric.samples(status, {out, counts ? fmt::format("{}_total", metric.name) : metric.name});
}

/// The older format has no "stateset", and a counter has the name of its samples.
std::string text_format(const Status& status) {
  std::string out;
  for (const Metric& metric : kMetrics) {
    const bool counts = std::string_view(metric.type) == "counter";
    const std::string name = fmt::format("{}{}", metric.name, counts ? "_total" : "");
    out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, metric.help, name,
                       counts ? "counter" : "gauge");
    add_metric(metric, status, out);
  }
  return out;
}

std::string open_format(const Status& status) {
  std::string out;
  for (const Metric& metric : kMetrics) {
    out += fmt::format("# TYPE {} {}\n", metric.name, metric.type);
    if (*metric.unit != '\0') out += fmt::format("# UNIT {} {}\n", metric.name, metric.unit);
    out += fmt::format("# HELP {} {}\n", metric.name, metric.help);
    add_metric(metric, status, out);
  }
  return out + "# EOF\n";
}

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

/// "0.5" in thousandths, at most 1000 (RFC 9110 section 12.4.2); 0 if the text is not a weight.
int thousandths(std::string_view weight) noexcept {
  constexpr int kWhole = 1000;
  if (weight.starts_with('1')) return kWhole;
  if (!weight.starts_with("0.")) return 0;
  int value = 0;
  int place = kWhole / 10;
  for (const char c : weight.substr(2)) {
    if (c < '0' || c > '9') return 0;
    value += (c - '0') * place;
    place /= 10;
  }
  return value;
}

/// The weight of a media range with these parameters: "; version=0.0.4; q=0.5".
int weight_of(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    std::string_view value = take_field(parameters, ';');
    const std::string_view name = trimmed(take_field(value, '='));
    if (equal_without_case(name, "q")) return thousandths(trimmed(value));
  }
  return thousandths("1");
}

struct Weights {
  int open = 0;
  int text = 0;
};

void weigh(std::string_view accept, Weights& weights) noexcept {
  while (!accept.empty()) {
    std::string_view range = take_field(accept, ',');
    const std::string_view type = trimmed(take_field(range, ';'));
    if (equal_without_case(type, kOpenType))
      weights.open = std::max(weights.open, weight_of(range));
    for (const std::string_view text : {"text/plain", "text/*", "*/*"}) {
      if (equal_without_case(type, text)) weights.text = std::max(weights.text, weight_of(range));
    }
  }
}

}  // namespace

MetricsFormat metrics_format(std::string_view head) {
  Weights weights;
  while (!head.empty()) {
    std::string_view line = take_field(head, '\n');
    if (equal_without_case(take_field(line, ':'), "Accept")) weigh(line, weights);
  }
  return weights.open > 0 && weights.open >= weights.text ? MetricsFormat::open
                                                          : MetricsFormat::text;
}

std::string_view type_of(MetricsFormat format) noexcept {
  return format == MetricsFormat::open
             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
             : "text/plain; version=0.0.4; charset=utf-8";
}

std::string metrics(const Status& status, MetricsFormat format) {
  return format == MetricsFormat::open ? open_format(status) : text_format(status);
}

}  // namespace pintle::control
