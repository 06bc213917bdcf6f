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

/// May a bare word name this command when pintle is PID 1? There the container's own command is
/// more likely meant, or there is no other PID 1 to ask.
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
int help_command(int argc, char** argv);
int version_command(int argc, char** argv);

std::string run_options();
std::string plan_options();
std::string health_options();
std::string probe_options();
std::string wait_options();
std::string status_options();
std::string schema_options();

/// Writes "pintle: exit N: reason" and returns N.
int fail(ExitCode code, std::string_view reason);

/// Where fail() also writes the reason if this is PID 1: the container's /dev/termination-log,
/// which is opened at the first call.
const sys::TerminationLog& termination_log();

/// "pintle: exit N: REASON", as fail() writes it there.
std::string termination_message(ExitCode code, std::string_view reason);

/// The end of a command that says `line` on standard output: exit code 0, or 1 with the line as the
/// reason of PID 1's end.
int end_with(bool succeeded, const std::string& line);

/// After `time` the command ends like that, with `line`. Errors: those of sys::end_after().
Result<void> end_after(Duration time, const std::string& line);

/// Writes `text` to stdout, or `fd`; fails with exit code 1 if that is not possible.
int print(std::string_view text, int fd = 1);

}  // namespace pintle::cli
