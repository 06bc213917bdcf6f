// cli/commands.hpp - the commands of pintle, as a table.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/exit_codes.hpp"
#include "base/result.hpp"
#include "sys/process.hpp"

namespace pintle::cli {

/// Whether the first word alone names this command if pintle is PID 1. `no`: the word is more
/// likely the command of the container, or there is no other PID 1 to ask.
enum class AsPid1 : bool { no, yes };

struct CommandRow {
  std::string_view name;
  std::string_view usage;    ///< what follows "pintle "
  std::string_view summary;  ///< one line
  AsPid1 as_pid1;
  int (*run)(int argc, char** argv);  ///< argv[0] is the command's name
  std::string (*options)();           ///< the lines of --help for its options; may be nullptr
};

std::span<const CommandRow> commands() noexcept;
const CommandRow* find_command(std::string_view name) noexcept;

int run_command(int argc, char** argv);
int check_command(int argc, char** argv);
int plan_command(int argc, char** argv);
int health_command(int argc, char** argv);
int probe_command(int argc, char** argv);
int wait_command(int argc, char** argv);
int sleep_command(int argc, char** argv);
int install_command(int argc, char** argv);
int status_command(int argc, char** argv);
int job_command(int argc, char** argv);
int schema_command(int argc, char** argv);
int digest_command(int argc, char** argv);
int verify_command(int argc, char** argv);
int help_command(int argc, char** argv);
int version_command(int argc, char** argv);

std::string run_options();
std::string plan_options();
std::string health_options();
std::string probe_options();
std::string wait_options();
std::string status_options();
std::string schema_options();
std::string digest_options();
std::string verify_options();

/// Writes "pintle: exit N: reason" and returns N.
int fail(ExitCode code, std::string_view reason);

/// The file to which fail() also writes the reason if this process is PID 1: /dev/termination-log
/// of the container. The first call opens it.
const sys::TerminationLog& termination_log();

/// Returns "pintle: exit N: REASON", which fail() writes there.
std::string termination_message(ExitCode code, std::string_view reason);

/// Writes `line` to standard output and returns exit code 0, or 1 if it failed. As PID 1 a failure
/// is also written to the termination log.
int end_with(bool succeeded, const std::string& line);

/// Makes the command end after `time` like a failed end_with(), with `line`. Errors: those of
/// sys::end_after().
Result<void> end_after(Duration time, const std::string& line);

/// Writes `text` to standard output, or to `fd`. Returns the exit code: 0, or 1 if it cannot be
/// written.
int print(std::string_view text, int fd = 1);

}  // namespace pintle::cli
