// `pintle health`: the last known health from PID 1, for HEALTHCHECK and exec probes. The exit code
// is 0 or 1 only, since Docker reserves 2.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/status_json.hpp"
#include "control/checks_client.hpp"
#include "control/socket.hpp"
#include "sys/process.hpp"

namespace pintle::cli {
namespace {

using hooks::Asked;

struct HealthOptions {
  Asked asked = Asked::health;
  std::optional<Duration> timeout{};
  bool now = false;
  bool json = false;
};

/// Of PID 1's answer; with --now the checks have to run first.
constexpr Duration kHealthTimeout = std::chrono::seconds(1);
constexpr Duration kTimeoutNow = std::chrono::minutes(1);

template <Asked asked>
Result<void> ask(HealthOptions& out, std::string_view) {
  if (out.asked != Asked::health && out.asked != asked) {
    return usage_error("only one of --live, --ready and --startup is allowed");
  }
  out.asked = asked;
  return {};
}

Result<void> set_timeout(HealthOptions& out, std::string_view value) {
  const auto timeout = parse_duration(value);
  if (!timeout || timeout->count() == 0) {
    return usage_error(fmt::format("--timeout: \"{}\" is not a duration like 500ms or 1s",
                                   one_line(shown_value(value), 60)));
  }
  out.timeout = *timeout;
  return {};
}

template <bool HealthOptions::*Field>
Result<void> turn_on(HealthOptions& out, std::string_view) {
  out.*Field = true;
  return {};
}

constexpr Option<HealthOptions> kHealthOptions[] = {
    {0, "live", "", "should it be left running?", ask<Asked::live>},
    {0, "ready", "", "can it serve?", ask<Asked::ready>},
    {0, "startup", "", "has it started?", ask<Asked::startup>},
    {0, "now", "", "run the checks now and wait for them; for root and the user of PID 1",
     turn_on<&HealthOptions::now>},
    {0, "json", "", "as JSON, with every check", turn_on<&HealthOptions::json>},
    {0, "timeout", "DURATION", "time limit for the reply of PID 1; default: 1s, with --now 1m",
     set_timeout},
};

std::string to_health_json(const hooks::Answer& answer, const Result<control::Status>& status) {
  nlohmann::ordered_json json{{"healthy", answer.healthy}, {"reason", answer.reason}};
  if (status) {
    json["phase"] = hooks::name_of(status->phase);
    json["checks"] = checks_json(*status);
  }
  return dump(json);
}

/// A closed standard output does not change the exit code.
int say(const hooks::Answer& answer, const HealthOptions& options,
        const Result<control::Status>& status) {
  (void)print(options.json ? to_health_json(answer, status) : answer.reason + "\n");
  return static_cast<int>(answer.healthy ? ExitCode::ok : ExitCode::unhealthy);
}

hooks::Answer answer_of(const Result<control::Status>& status, const HealthOptions& options,
                        const std::vector<std::string>& ids) {
  if (!status) return {false, status.error().message()};
  if (!ids.empty()) return control::answer_for(ids, *status);
  return control::answer(options.asked, *status);
}

/// The status, after the checks have run if that is wanted.
Result<control::Status> look(const HealthOptions& options, const std::vector<std::string>& ids) {
  const std::string container = sys::mount_namespace();
  const Duration timeout = options.timeout.value_or(kHealthTimeout);
  auto status = control::ask_status(container, timeout);
  if (!options.now || !status) return status;
  TRY(control::run_checks_now(*status, ids, options.timeout.value_or(kTimeoutNow)));
  return control::ask_status(container, timeout);
}

}  // namespace

std::string health_options() {
  return help_for(texts_of(kHealthOptions));
}

int health_command(int argc, char** argv) {
  HealthOptions options;
  const auto operands = parse_options(kHealthOptions, argc, argv, options);
  if (!operands) {
    return say({false, operands.error().detail + "; see 'pintle help health'"}, options, Error{});
  }
  const std::vector<std::string> ids(argv + operands->first, argv + argc);
  if (!ids.empty() && options.asked != Asked::health) {
    return say({false, "--live, --ready and --startup are for the container; leave out the ID"},
               options, Error{});
  }
  const auto status = look(options, ids);
  return say(answer_of(status, options, ids), options, status);
}

}  // namespace pintle::cli
