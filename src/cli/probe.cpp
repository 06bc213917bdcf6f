// `pintle probe`: one look at a service, here and now, without a config. Its options are the
// parameters that the same probe has in a config.
#include <fmt/format.h>

#include <string>

#include "base/duration.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"
#include "cli/action_options.hpp"
#include "cli/commands.hpp"
#include "control/socket.hpp"
#include "health/probes.hpp"
#include "sys/process.hpp"

namespace pintle::cli {
namespace {

using health::Probe;

constexpr Duration kTimeout = std::chrono::seconds(1);
constexpr const char* kTimeoutHelp = "how long it may take; 1s";

ActionOptions options_of(const Probe& probe) {
  const std::string_view without[] = {probe.spec.shorthand};
  return {probe.spec, without, kTimeoutHelp};
}

std::string names() {
  std::string all;
  for (const Probe* probe : health::probes()) {
    all += fmt::format("{}{}", all.empty() ? "" : ", ", probe->command);
  }
  return all;
}

Result<const Probe*> probe_named(std::string_view word) {
  for (const Probe* probe : health::probes()) {
    if (probe->command == word) return probe;
  }
  return usage_error(fmt::format("there is no probe \"{}\"; there are {}",
                                 one_line(shown_value(word), 60), names()));
}

struct Order {
  const Probe* probe = nullptr;
  ActionWords words{};
};

Result<Order> order_in(int argc, char** argv) {
  if (argc < 2) return usage_error(fmt::format("write: pintle probe PROBE TARGET; {}", names()));
  Order order{TRY(probe_named(argv[1])), {.timeout = kTimeout}};
  const config::ActionSpec& spec = order.probe->spec;
  TRY(read_action(argc - 1, argv + 1, options_of(*order.probe), order.words));
  order.words.params.put(spec.shorthand, order.words.target);
  TRY(check_action(spec, order.words));
  return order;
}

Result<std::string> look(const Order& order) {
  health::Context context;
  if (order.words.target == health::kMainProcess) {
    context.main_pid =
        TRY(control::ask_status(sys::mount_namespace(), order.words.timeout)).main_pid;
  }
  return order.probe->run(order.words.params, context);
}

}  // namespace

std::string probe_options() {
  std::string text;
  for (const Probe* probe : health::probes()) {
    const ActionOptions options = options_of(*probe);
    if (text.empty()) text = help_for(options.rows().subspan(0, 1));
    text += fmt::format(
        "\nprobe {} {}: {}\n", probe->command,
        probe->command == "process" ? "main|PID-FILE" : probe->spec.params.front().example,
        probe->spec.help);
    text += help_for(options.rows().subspan(1));
  }
  return text;
}

int probe_command(int argc, char** argv) {
  const auto order = order_in(argc, argv);
  if (!order) return fail(ExitCode::usage, order.error().detail);
  const Duration timeout = order->words.timeout;
  const auto armed =
      end_after(timeout, fmt::format("timed out after {}", format_duration(timeout)));
  if (!armed) return fail(ExitCode::internal, armed.error().message());
  const auto seen = look(*order);
  return end_with(bool(seen), one_line(seen ? *seen : seen.error().message()));
}

}  // namespace pintle::cli
