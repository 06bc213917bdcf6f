#include "cli/run_options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

#include "base/duration.hpp"
#include "base/shown.hpp"
#include "base/signal_names.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"

namespace pintle::cli {
namespace {

Error bad_run(std::string_view option, std::string_view value, std::string_view meant) {
  return usage_error(
      fmt::format("{}: \"{}\" is not {}", option, one_line(shown_value(value), 60), meant));
}

template <auto Field>
Result<void> turn_run_option_on(RunOptions& out, std::string_view) {
  out.*Field = true;
  return {};
}

template <auto Field>
Result<void> set_text(RunOptions& out, std::string_view value) {
  if (value.empty()) return usage_error("the value of an option is empty");
  out.*Field = std::string(value);
  return {};
}

Result<void> ignore(RunOptions&, std::string_view) {
  return {};
}

Result<void> set_death_signal(RunOptions& out, std::string_view value) {
  const auto number = signal_number(value);
  if (!number) return bad_run("-p", value, "a signal like SIGTERM");
  out.parent_death_signal = *number;
  return {};
}

Result<void> add_success(RunOptions& out, std::string_view value) {
  std::size_t code = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), code);
  if (error != std::errc() || end != value.data() + value.size() || code > 255) {
    return bad_run("-e", value, "an exit code from 0 to 255");
  }
  out.success_codes.set(code);
  return {};
}

Result<void> add_rewrite(RunOptions& out, std::string_view value) {
  const std::size_t colon = value.find(':');
  const auto from = signal_number(value.substr(0, colon));
  const std::string_view right =
      colon == std::string_view::npos ? std::string_view() : value.substr(colon + 1);
  const auto to = right == "0" ? std::optional<int>(0) : signal_number(right);
  if (!from || !to) return bad_run("-r", value, "FROM:TO, two signals (TO 0: drop it)");
  out.rewrites[*from] = *to;
  return {};
}

Result<void> set_grace(RunOptions& out, std::string_view value) {
  out.grace = parse_duration(value);
  if (!out.grace) return bad_run("--grace", value, "a duration like 500ms or 8s");
  return {};
}

Result<void> set_level(RunOptions& out, std::string_view value) {
  out.level = log::parse_level(value);
  if (!out.level) return bad_run("--log-level", value, "debug, info, warn or error");
  return {};
}

Result<void> set_log_format(RunOptions& out, std::string_view value) {
  out.format = log::parse_format(value);
  if (!out.format) return bad_run("--log-format", value, "text or json");
  return {};
}

constexpr Option<RunOptions> kRunOptions[] = {
    {'c', "config", "FILE", "the config", set_text<&RunOptions::config>},
    {'u', "user", "USER[:GROUP]", "the user of main, and of hooks without their own",
     set_text<&RunOptions::user>},
    {'g', "kill-group", "", "forward signals to main's process group",
     turn_run_option_on<&RunOptions::signal_group>},
    {'s', "subreaper", "", "be a subreaper (always the case if pintle is not PID 1)", ignore},
    {'p', "parent-death-signal", "SIG", "get SIG when the parent process of pintle exits",
     set_death_signal},
    {'v', "verbose", "", "log more; the same as --log-level debug",
     turn_run_option_on<&RunOptions::verbose>},
    {'w', "warn-on-reap", "", "warn for every orphan that is reaped",
     turn_run_option_on<&RunOptions::warn_on_reap>},
    {'e', "success-code", "CODE", "exit 0 if main exits with CODE; may be repeated", add_success},
    {'r', "rewrite", "FROM:TO", "send main TO instead of FROM; 0 drops it; may be repeated",
     add_rewrite},
    {0, "init-only", "", "run only the steps, not main: exit 0, or 80 if one failed",
     turn_run_option_on<&RunOptions::init_only>},
    {0, "allow-new-privileges", "",
     "do not set no_new_privs: \"noNewPrivileges\": false of the config",
     turn_run_option_on<&RunOptions::allow_new_privileges>},
    {0, "grace", "DURATION", "time from the stop signal to SIGKILL", set_grace},
    {0, "log-format", "text|json", "format of the lines that pintle logs", set_log_format},
    {0, "log-level", "LEVEL", "debug, info, warn or error", set_level},
    {'h', "help", "", "this text", turn_run_option_on<&RunOptions::help>},
    {0, "version", "", "the version", turn_run_option_on<&RunOptions::version>},
};

}  // namespace

std::string run_options() {
  return help_for(texts_of(kRunOptions));
}

Result<Operands> parse_run_options(int argc, char** argv, RunOptions& out) {
  return parse_options(kRunOptions, argc, argv, out, Order::first);
}

void apply_environment(RunOptions& out) {
  if (std::getenv("TINI_KILL_PROCESS_GROUP") != nullptr) out.signal_group = true;
  const char* verbosity = std::getenv("TINI_VERBOSITY");
  if (verbosity != nullptr && std::atoi(verbosity) > 1) out.verbose = true;
}

}  // namespace pintle::cli
