// `pintle probe`: one look at a service, here and now, without a config. Its options are the
// parameters that the same probe has in a config.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "health/probes.hpp"
#include "init/control.hpp"
#include "sys/alarm.hpp"
#include "sys/process.hpp"

namespace pintle::cli {
namespace {

using config::ParamSpec;
using config::ParamType;
using health::Probe;

constexpr Duration kTimeout = std::chrono::seconds(1);
constexpr OptionText kTimeoutOption{0, "timeout", "DURATION", "how long it may take; 1s"};

std::string_view placeholder(ParamType type) noexcept {
  switch (type) {
    case ParamType::boolean:
      return "";
    case ParamType::count:
      return "NUMBER";
    case ParamType::interval:
      return "DURATION";
    case ParamType::pairs:
      return "NAME:VALUE";
    default:
      return "TEXT";
  }
}

/// "allowRemote" is --allow-remote; each of the "headers" is a --header.
std::string option_name(const ParamSpec& param) {
  std::string name;
  for (const char c : param.name) {
    const bool is_capital = c >= 'A' && c <= 'Z';
    if (is_capital) name += '-';
    name += is_capital ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (param.type == ParamType::pairs) name.pop_back();
  return name;
}

/// The rows of a probe's options: --timeout, then its parameters but the target.
class Options {
 public:
  explicit Options(const Probe& probe) {
    rows_.push_back(kTimeoutOption);
    for (const ParamSpec& param : probe.spec.params) {
      if (param.name == probe.spec.shorthand) continue;
      params_.push_back(&param);
      names_.push_back(option_name(param));
      rows_.push_back({0, names_.back().c_str(), placeholder(param.type).data(), param.help});
    }
  }

  std::span<const OptionText> rows() const noexcept { return rows_; }
  /// nullptr: it is --timeout.
  const ParamSpec* param(std::size_t row) const noexcept {
    return row == 0 ? nullptr : params_[row - 1];
  }

 private:
  std::deque<std::string> names_;  // whose texts stay where they are
  std::vector<const ParamSpec*> params_;
  std::vector<OptionText> rows_;
};

struct Order {
  const Probe* probe = nullptr;
  config::Params params{};
  config::Pairs pairs{};
  std::string target{};
  Duration timeout = kTimeout;
};

Error bad(std::string_view option, std::string_view value, const char* wanted) {
  return usage_error(fmt::format("--{}: \"{}\" is not {}", option, one_line(value, 60), wanted));
}

Result<Duration> duration_in(std::string_view option, std::string_view value) {
  const auto duration = parse_duration(value);
  if (duration && duration->count() > 0) return *duration;
  return bad(option, value, "a duration like 500ms or 1s");
}

Result<void> set_param(Order& order, const ParamSpec& param, std::string_view value) {
  const std::string name = option_name(param);
  if (param.type == ParamType::boolean) {
    order.params.set(param.name, true);
  } else if (param.type == ParamType::interval) {
    order.params.set(param.name, TRY(duration_in(name, value)));
  } else if (param.type == ParamType::count) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    const bool is_whole = error == std::errc() && end == value.data() + value.size();
    if (!is_whole || number < 1) return bad(name, value, "a whole number of 1 or more");
    order.params.set(param.name, number);
  } else if (param.type == ParamType::pairs) {
    const std::size_t colon = value.find(':');
    if (colon == std::string_view::npos) return bad(name, value, "a name, a colon and a value");
    const std::size_t begin = std::min(value.find_first_not_of(' ', colon + 1), value.size());
    order.pairs.emplace_back(value.substr(0, colon), value.substr(begin));
  } else {
    order.params.set(param.name, std::string(value));
  }
  return {};
}

/// The options at the front of a command line, whose first word is passed over; how many words.
Result<int> take_options(int argc, char** argv, const Options& options, Order& order) {
  OptionWalk walk(options.rows(), argc, argv);
  for (;;) {
    const FoundOption found = TRY(walk.next());
    if (found.row == OptionWalk::npos) return std::min(walk.operands(), argc);
    if (const ParamSpec* param = options.param(found.row)) {
      TRY(set_param(order, *param, found.value));
    } else {
      order.timeout = TRY(duration_in(kTimeoutOption.name, found.value));
    }
  }
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
  return usage_error(
      fmt::format("there is no probe \"{}\"; there are {}", one_line(word, 60), names()));
}

/// PROBE, options, TARGET, options.
Result<Order> order_in(int argc, char** argv) {
  if (argc < 2) return usage_error(fmt::format("write: pintle probe PROBE TARGET; {}", names()));
  Order order{.probe = TRY(probe_named(argv[1]))};
  const Options options(*order.probe);
  int next = 1 + TRY(take_options(argc - 1, argv + 1, options, order));
  if (next >= argc)
    return usage_error(
        fmt::format("what is to be probed? write: pintle probe {} "
                    "TARGET",
                    order.probe->command));
  order.target = argv[next];
  next += TRY(take_options(argc - next, argv + next, options, order));
  if (next < argc) {
    return usage_error(
        fmt::format("\"{}\" is too much: one target at a time", one_line(argv[next], 60)));
  }
  if (!order.pairs.empty()) order.params.set("headers", order.pairs);
  order.params.set(order.probe->spec.shorthand, order.target);
  return order;
}

/// What a config would be refused for.
Result<void> check(const Order& order) {
  const config::ActionSpec& spec = order.probe->spec;
  for (const ParamSpec& param : spec.params) {
    const std::string text = order.params.text(param.name);
    if (param.check == nullptr || text.empty()) continue;
    if (std::string wrong = param.check(text); !wrong.empty()) return usage_error(std::move(wrong));
  }
  std::string wrong = spec.check == nullptr ? std::string() : spec.check(order.params);
  if (!wrong.empty()) return usage_error(std::move(wrong));
  if (order.target.empty()) return usage_error("the target is empty");
  return {};
}

Result<std::string> look(const Order& order) {
  health::Context context;
  if (order.target == health::kMainProcess) {
    context.main_pid = TRY(init::ask_status(sys::mount_namespace(), order.timeout)).main_pid;
  }
  return order.probe->run(order.params, context);
}

}  // namespace

std::string probe_options() {
  std::string text;
  for (const Probe* probe : health::probes()) {
    const Options options(*probe);
    if (text.empty()) text = help_for(options.rows().subspan(0, 1));
    text += fmt::format(
        "\nprobe {} {}: {}\n", probe->command,
        probe->spec.shorthand == "target" ? "main|PID-FILE" : probe->spec.params.front().example,
        probe->spec.help);
    text += help_for(options.rows().subspan(1));
  }
  return text;
}

int probe_command(int argc, char** argv) {
  const auto order = order_in(argc, argv);
  if (!order) return fail(ExitCode::usage, order.error().detail);
  if (const auto usable = check(*order); !usable) {
    return fail(ExitCode::usage, usable.error().detail);
  }
  const auto armed = sys::end_after(
      order->timeout, fmt::format("timed out after {}\n", format_duration(order->timeout)),
      static_cast<int>(ExitCode::unhealthy));
  if (!armed) return fail(ExitCode::internal, armed.error().message());
  const auto seen = look(*order);
  (void)print(one_line(seen ? *seen : seen.error().message()) + "\n");
  return static_cast<int>(seen ? ExitCode::ok : ExitCode::unhealthy);
}

}  // namespace pintle::cli
