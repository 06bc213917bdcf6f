// cli/commands.hpp - the commands of pintle, as a table.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/exit_codes.hpp"

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

/// Writes `text` to stdout, or `fd`; fails with exit code 1 if that is not possible.
int print(std::string_view text, int fd = 1);

}  // namespace pintle::cli
