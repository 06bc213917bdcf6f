// sys/program_file.hpp - the file of a program as bytes that are verified before they are executed:
// opened once, and copied to where nobody can change it any more.
#pragma once

#include <optional>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

/// Opens the regular file `path` for reading, if this process may execute it; follows no symbolic
/// link. The kernel is asked (AT_EXECVE_CHECK, execveat(2)), so a mount with `noexec` and missing
/// permission bits count although only a copy may be executed later. Errors: those of execve(2),
/// without a detail; with a detail: a symbolic link, not a regular file, no permission to read it.
Result<Fd> open_program(const std::string& path);

/// True if the file grants privileges when it is executed: set-user-ID, set-group-ID, capabilities.
/// A copy does not.
bool grants_privileges(const Fd& file) noexcept;

/// A copy in memory, memfd_create(2), that nobody can change any more.
struct SealedCopy {
  Fd file;
  bool is_executable = true;  ///< false: memfds may be read only (vm.memfd_noexec, SELinux)
};

/// Copies the file, which `path` names, and seals the copy. nullopt if no memfd can be made here:
/// a seccomp profile forbids it, or the kernel has none. Errors: too little memory; those of
/// pread(2), write(2), fcntl(2).
Result<std::optional<SealedCopy>> sealed_copy(const Fd& file, const std::string& path);

/// True if the file cannot be changed through the mount that it was opened on.
bool is_on_read_only_mount(const Fd& file) noexcept;

/// The first line of a script, execve(2).
struct ScriptLine {
  std::string interpreter{};
  std::string option{};  ///< everything behind the interpreter; "": nothing
};

/// nullopt if the file does not begin with "#!".
std::optional<ScriptLine> script_line(const Fd& file);

/// The path by which a program can open a descriptor that it inherits. Makes the descriptor survive
/// exec(3). Errors: those of fcntl(2); /proc is not mounted.
Result<std::string> inherited_path(const Fd& file);

/// Executes the file itself. Returns only if that failed, with errno set.
void execute_file(const Fd& file, char* const* argv, char* const* environment) noexcept;

}  // namespace pintle::sys
