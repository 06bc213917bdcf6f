// `pintle health`: the cached verdict of PID 1, for HEALTHCHECK and exec probes. Exit code 0 or 1
// only: Docker reserves 2.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/duration.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "init/control.hpp"
#include "sys/process.hpp"

namespace pintle::cli {
namespace {

using health::Asked;

struct HealthOptions {
  Asked asked = Asked::health;
  Duration timeout = std::chrono::seconds(1);
};

template <Asked asked>
Result<void> ask(HealthOptions& out, std::string_view) {
  if (out.asked != Asked::health && out.asked != asked) {
    return usage_error("--live, --ready and --startup exclude each other");
  }
  out.asked = asked;
  return {};
}

Result<void> set_timeout(HealthOptions& out, std::string_view value) {
  const auto timeout = parse_duration(value);
  if (!timeout || timeout->count() == 0) {
    return usage_error(fmt::format("--timeout: \"{}\" is not a duration like 500ms or 1s", value));
  }
  out.timeout = *timeout;
  return {};
}

constexpr Option<HealthOptions> kOptions[] = {
    {0, "live", "", "should it be left running?", ask<Asked::live>},
    {0, "ready", "", "can it serve?", ask<Asked::ready>},
    {0, "startup", "", "has it started?", ask<Asked::startup>},
    {0, "timeout", "DURATION", "how long PID 1 may take to answer; 1s", set_timeout},
};

int say(const health::Answer& answer) {
  (void)print(answer.reason + "\n");  // a closed stdout does not change the verdict
  return static_cast<int>(answer.healthy ? ExitCode::ok : ExitCode::unhealthy);
}

}  // namespace

std::string health_options() {
  return help_for(texts_of(kOptions));
}

int health_command(int argc, char** argv) {
  HealthOptions options;
  const auto operands = parse_options(kOptions, argc, argv, options);
  if (!operands) return say({false, operands.error().detail + "; see 'pintle help health'"});
  const std::vector<std::string> ids(argv + operands->first, argv + argc);
  if (!ids.empty() && options.asked != Asked::health) {
    return say({false, "--live, --ready and --startup ask for the container, not for an ID"});
  }
  const auto status = init::ask_status(sys::mount_namespace(), options.timeout);
  if (!status) return say({false, status.error().message()});
  if (!ids.empty()) return say(health::answer_for(ids, status->checks));
  return say(health::answer(options.asked, status->phase, status->checks));
}

}  // namespace pintle::cli
