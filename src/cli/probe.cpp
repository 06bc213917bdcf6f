// `pintle probe`: one look at a service, here and now, without a config. Its options are the
// parameters that the same probe has in a config.
#include <fmt/format.h>

#include <string>

#include "actions/action.hpp"
#include "base/duration.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"
#include "cli/action_options.hpp"
#include "cli/apart.hpp"
#include "cli/commands.hpp"
#include "control/socket.hpp"
#include "sys/process.hpp"

namespace pintle::cli {
namespace {

using actions::Action;

constexpr Duration kProbeTimeout = std::chrono::seconds(1);
constexpr const char* kTimeoutHelp = "how long it may take; 1s";

ActionOptions options_of(const Action& probe) {
  const std::string_view without[] = {probe.spec.shorthand};
  return {probe.spec, without, kTimeoutHelp};
}

std::string names() {
  std::string all;
  for (const Action* probe : actions::probes()) {
    all += fmt::format("{}{}", all.empty() ? "" : ", ", probe->command);
  }
  return all;
}

Result<const Action*> probe_named(std::string_view word) {
  for (const Action* probe : actions::probes()) {
    if (probe->command == word) return probe;
  }
  return usage_error(fmt::format("there is no probe \"{}\"; there are {}",
                                 one_line(shown_value(word), 60), names()));
}

struct ProbeOrder {
  const Action* probe = nullptr;
  ActionWords words{};
  config::Builtin use{};
};

Result<ProbeOrder> probe_order_in(int argc, char** argv) {
  if (argc < 2) return usage_error(fmt::format("usage: pintle probe PROBE TARGET; {}", names()));
  ProbeOrder order{TRY(probe_named(argv[1])), {.timeout = kProbeTimeout}};
  const config::ActionSpec& spec = order.probe->spec;
  TRY(read_action(argc - 1, argv + 1, options_of(*order.probe), order.words));
  order.use = TRY(use_of(spec, spec.shorthand, order.words));
  return order;
}

Result<std::string> look_at_target(const ProbeOrder& order) {
  const sys::Accounts accounts;
  const config::Environ nothing;
  const config::Variables none;
  actions::Context context{accounts, {nothing, none, none}};
  if (order.words.target == actions::kMainProcess) {
    context.main_pid =
        TRY(control::ask_status(sys::mount_namespace(), order.words.timeout)).main_pid;
  }
  return perform(order.use, context, order.words.timeout);
}

}  // namespace

std::string probe_options() {
  std::string text;
  for (const Action* probe : actions::probes()) {
    const ActionOptions options = options_of(*probe);
    if (text.empty()) text = help_for(options.rows().subspan(0, 1));
    text += fmt::format(
        "\nprobe {} {}: {}\n", probe->command,
        probe->command == "process" ? "main|PID-FILE" : keys_of(probe->spec).front().example,
        probe->spec.help);
    text += help_for(options.rows().subspan(1));
  }
  return text;
}

int probe_command(int argc, char** argv) {
  const auto order = probe_order_in(argc, argv);
  if (!order) return fail(ExitCode::usage, order.error().detail);
  const Duration timeout = order->words.timeout;
  const auto armed =
      end_after(timeout, fmt::format("timed out after {}", format_duration(timeout)));
  if (!armed) return fail(ExitCode::internal, armed.error().message());
  const auto seen = look_at_target(*order);
  return end_with(bool(seen), one_line(seen ? *seen : seen.error().message()));
}

}  // namespace pintle::cli
