// cli/main.cpp - finds the command: the first word of the command line, if it names one.
#include <fmt/format.h>

#include <exception>
#include <new>
#include <string_view>

#include "base/log.hpp"
#include "cli/commands.hpp"
#include "cli/entry.hpp"
#include "cli/run_options.hpp"
#include "sys/process.hpp"

namespace pintle::cli {
namespace {

/// The command that `word` names; nullptr if it is the command of the container.
const CommandRow* command_in(int argc, char** argv, int& first) {
  RunOptions ignored;
  const auto operands = parse_run_options(argc, argv, ignored);
  if (!operands || operands->after_separator || operands->first >= argc) return nullptr;
  first = operands->first;
  return find_command(argv[first]);
}

int dispatch(int argc, char** argv) {
  int first = 1;
  const CommandRow* row = command_in(argc, argv, first);
  if (row == nullptr) return run_command(argc, argv);
  if (sys::is_pid1() && row->as_pid1 == AsPid1::no) {
    return fail(
        ExitCode::usage,
        fmt::format("'{}' cannot be the first word for PID 1: 'pintle {}' is for a container "
                    "that runs. To run a program of that name, write: pintle -- {} ...",
                    row->name, row->name, row->name));
  }
  const bool is_run = row->run == run_command;
  const std::string_view second = first + 1 < argc ? argv[first + 1] : "";
  if (!is_run && (second == "--help" || second == "-h")) {
    char* words[] = {argv[0], argv[first]};
    return help_command(2, words);
  }
  if (first > 1) {
    return fail(ExitCode::usage,
                fmt::format("write options after the command: pintle {} ...", row->name));
  }
  // Only PID 1's own work takes signals from a descriptor; ^C must end the other commands.
  if (!is_run) (void)sys::set_mask(inherited_mask());
  return row->run(argc - first, argv + first);
}

/// What fail() says, which takes memory itself.
int fail_for_want_of_memory() noexcept {
  constexpr std::string_view kLine = "pintle: exit 70: out of memory\n";
  log::write_line(kLine);
  if (sys::is_pid1()) termination_log().write(kLine);
  return static_cast<int>(ExitCode::internal);
}

}  // namespace
}  // namespace pintle::cli

int main(int argc, char** argv) {
  using namespace pintle;
  try {
    const auto held = sys::hold_standard_descriptors();
    if (!held) return static_cast<int>(ExitCode::internal);
    return cli::dispatch(argc, argv);
  } catch (const std::bad_alloc&) {
    return cli::fail_for_want_of_memory();
  } catch (const std::exception& error) {
    return cli::fail(ExitCode::internal, error.what());
  }
}
