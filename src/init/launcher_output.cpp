// The launcher's part for hooks whose child stays beside their program, for what it writes.
#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "hooks/output_copy.hpp"
#include "hooks/output_file.hpp"
#include "init/launcher.hpp"

namespace pintle::init {

/// What the child of a hook still has to do when it is as it should be: to start the program.
sys::Child Launcher::program_of(sys::Child& child) {
  sys::Child program;
  program.argv = std::move(child.argv);
  program.candidates = std::move(child.candidates);
  program.environment = std::move(child.environment);
  program.step_down.no_new_privileges = child.step_down.no_new_privileges;
  return program;
}

/// The hook's child waits for the program, to put the file in its place: PID 1 touches none.
sys::Task Launcher::kept_output(Owner owner, sys::Child& child) const {
  sys::Child program = program_of(child);
  program.inherit_input = true;  // what the hook's child has by then
  const config::Hook& hook = model_.hooks[owner];
  return [this, program = std::move(program), path = expand(hook.output_file, owner),
          &codes = hook.success_codes](sys::Report& report) {
    const auto words = [this](const Error& error) { return words_of(error); };
    return hooks::run_into_file(program, path, codes, words, report);
  };
}

/// The viewer comes in as standard input: no other descriptor is left to a child.
sys::Task Launcher::shown_output(sys::Child& child, int viewer) {
  sys::Child program = program_of(child);
  child.input = viewer;
  child.inherit_input = false;
  return [program = std::move(program)](sys::Report& report) {
    Fd socket(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    return hooks::run_and_show(program, std::move(socket), report);
  };
}

}  // namespace pintle::init
