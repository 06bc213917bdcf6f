// `pintle help`, `--help` and `--version`: made from the tables of commands, options, exit codes.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "sys/alarm.hpp"

namespace pintle::cli {
namespace {

constexpr CommandRow kRows[] = {
    {"run", "[run] [OPTIONS] [--] [COMMAND [ARG...]]",
     "run COMMAND as the main process, with the hooks of the config", AsPid1::yes, run_command,
     run_options},
    {"health", "health [--live|--ready|--startup] [--now] [ID...]",
     "tell whether the container is healthy: exit 0 yes, 1 no", AsPid1::no, health_command,
     health_options},
    {"probe", "probe http|tcp|unix|grpc|file|process TARGET", "test a service once; exit 0 or 1",
     AsPid1::yes, probe_command, probe_options},
    {"status", "status [--json]", "show the state of PID 1: phase, main, steps, checks, jobs",
     AsPid1::no, status_command, status_options},
    {"job", "job ID",
     "run a maintenance job now and exit with its exit code; for root and the user of PID 1",
     AsPid1::no, job_command, nullptr},
    {"check", "check [FILE]",
     "validate a config; exit 78 if it has a problem; NO_COLOR=1: without colours", AsPid1::yes,
     check_command, nullptr},
    {"plan", "plan [--json|--format FORMAT] [--dry-run] [--next N] [FILE] [-- COMMAND]",
     "show what would run, with COMMAND too, in which order and as which user; runs nothing",
     AsPid1::yes, plan_command, plan_options},
    {"schema", "schema [--format json|markdown]",
     "print the JSON Schema of a config, or its reference", AsPid1::yes, schema_command,
     schema_options},
    {"digest", "digest [-r] [-o FILE] PATH...",
     "list SHA-256 digests of files as sha256sum(1) does, for a manifest", AsPid1::yes,
     digest_command, digest_options},
    {"verify", "verify [--manifest FILE] [FILE...]",
     "verify the files of a manifest; exit 0, or 82 if one differs", AsPid1::yes, verify_command,
     verify_options},
    {"wait", "wait tcp|http|unix|file TARGET",
     "wait until TARGET is reachable or exists; exit 1 on timeout", AsPid1::yes, wait_command,
     wait_options},
    {"sleep", "sleep DURATION", "wait for DURATION, for a preStop hook without sleep(1)",
     AsPid1::no, sleep_command, nullptr},
    {"install", "install DEST", "copy pintle to a directory or file, in an init container",
     AsPid1::yes, install_command, nullptr},
    {"help", "help [COMMAND | exit-codes]", "show this text, or more about a command", AsPid1::yes,
     help_command, nullptr},
    {"version", "--version", "show the version", AsPid1::yes, version_command, nullptr},
};

constexpr std::string_view kExitCodes = "exit-codes";

std::string overview() {
  std::string text =
      "pintle - PID 1 for containers that have no shell\n\n"
      "usage:\n";
  for (const CommandRow& row : kRows) {
    text += fmt::format("  pintle {:<42} {}\n", row.usage, row.summary);
  }
  text += fmt::format("\noptions of run:\n{}", run_options());
  text +=
      "\nWithout -c the config is $PINTLE_CONFIG, otherwise /etc/pintle/pintle.json. If there is "
      "none,\n"
      "there are no hooks. A word with a '/', and everything after '--', is a COMMAND.\n"
      "'pintle help COMMAND' says more; 'pintle help exit-codes' lists the exit codes.\n";
  return text;
}

std::string about(const CommandRow& row) {
  std::string text = fmt::format("usage: pintle {}\n\n{}\n", row.usage, row.summary);
  if (row.options != nullptr) text += fmt::format("\noptions:\n{}", row.options());
  return text;
}

std::string exit_code_table() {
  std::string text =
      "pintle exits with the exit code of main: 0-255, or 128+N after signal N. Before one of its\n"
      "own codes there is a line \"pintle: exit N: reason\":\n\n";
  for (const ExitCodeRow& row : exit_codes()) {
    text += fmt::format("  {:>3}  {:<16} {}\n", static_cast<int>(row.code), row.name, row.meaning);
  }
  text +=
      "\nStopped during init: 128+N, N being the stop signal. main killed after the grace period: "
      "137.\n";
  return text;
}

}  // namespace

std::span<const CommandRow> commands() noexcept {
  return kRows;
}

const CommandRow* find_command(std::string_view name) noexcept {
  for (const CommandRow& row : kRows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

int fail(ExitCode code, std::string_view reason) {
  const int number = static_cast<int>(code);
  log::write({.level = log::Level::error,
              .text = fmt::format("exit {}: {}", number, reason),
              .exit_code = number});
  if (sys::is_pid1()) termination_log().write(termination_message(code, reason));
  return number;
}

const sys::TerminationLog& termination_log() {
  static const sys::TerminationLog log = [] {
    sys::TerminationLog opened;
    opened.open();
    return opened;
  }();
  return log;
}

std::string termination_message(ExitCode code, std::string_view reason) {
  return fmt::format("pintle: exit {}: {}\n", static_cast<int>(code), reason);
}

int end_with(bool succeeded, const std::string& line) {
  (void)print(line + "\n");
  if (succeeded) return static_cast<int>(ExitCode::ok);
  if (sys::is_pid1()) termination_log().write(termination_message(ExitCode::unhealthy, line));
  return static_cast<int>(ExitCode::unhealthy);
}

Result<void> end_after(Duration time, const std::string& line) {
  constexpr ExitCode kCode = ExitCode::unhealthy;
  return sys::end_after(time, {.line = line + "\n",
                               .code = static_cast<int>(kCode),
                               .message = termination_message(kCode, line),
                               .log = sys::is_pid1() ? &termination_log() : nullptr});
}

int print(std::string_view text, int fd) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return 1;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int help_command(int argc, char** argv) {
  if (argc < 2) return print(overview());
  if (argv[1] == kExitCodes) return print(exit_code_table());
  if (const CommandRow* row = find_command(argv[1])) return print(about(*row));
  return fail(ExitCode::usage,
              fmt::format("there is no command '{}'; see 'pintle help'", one_line(argv[1], 60)));
}

int version_command(int, char**) {
  return print("pintle " PINTLE_VERSION "\n");
}

}  // namespace pintle::cli
