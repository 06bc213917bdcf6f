// `pintle wait`: the built-in of the same name as a command, for init containers and preStop.
#include <fmt/format.h>

#include <string>

#include "actions/action.hpp"
#include "base/duration.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"
#include "cli/action_options.hpp"
#include "cli/apart.hpp"
#include "cli/commands.hpp"
#include "config/expansion.hpp"

namespace pintle::cli {
namespace {

constexpr std::string_view kTargets[] = {"tcp", "http", "unix", "file"};
constexpr std::string_view kWithout[] = {"tcp", "http", "unix", "file"};

ActionOptions options() {
  return {actions::kWait.spec, kWithout, "how long it may take; 60s"};
}

struct WaitOrder {
  ActionWords words{};
  config::Builtin use{};
};

Result<WaitOrder> wait_order_in(int argc, char** argv) {
  if (argc < 2) return usage_error("usage: pintle wait tcp|http|unix|file TARGET");
  for (const std::string_view target : kTargets) {
    if (target != argv[1]) continue;
    WaitOrder order{{.timeout = *actions::kWait.spec.timeout}};
    TRY(read_action(argc - 1, argv + 1, options(), order.words));
    order.use = TRY(use_of(actions::kWait.spec, target, order.words));
    return order;
  }
  return usage_error(
      fmt::format("nothing waits for \"{}\"; write: pintle wait tcp|http|unix|file "
                  "TARGET",
                  one_line(shown_value(argv[1]), 60)));
}

}  // namespace

std::string wait_options() {
  return help_for(options().rows());
}

int wait_command(int argc, char** argv) {
  const auto order = wait_order_in(argc, argv);
  if (!order) return fail(ExitCode::usage, order.error().detail);
  const ActionWords& words = order->words;
  const auto armed = end_after(words.timeout, fmt::format("timed out after {} waiting for {} {}",
                                                          format_duration(words.timeout), argv[1],
                                                          one_line(shown_value(words.target))));
  if (!armed) return fail(ExitCode::internal, armed.error().message());
  const sys::Accounts accounts;
  const config::Environ nothing;
  const config::Variables none;
  const auto waited = perform(order->use, {accounts, {nothing, none, none}}, words.timeout);
  return end_with(bool(waited), one_line(waited ? *waited : waited.error().message()));
}

}  // namespace pintle::cli
