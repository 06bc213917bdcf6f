// sys/lookup.hpp - finds the file of a program, and says what executing it grants and why it cannot
// be executed. Starts nothing.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sys/capabilities.hpp"

namespace pintle::sys {

/// The paths at which execve(2) looks for `command`: if it contains a '/', itself (relative to
/// `directory`), otherwise its path in each directory of `path`. An empty directory in PATH is
/// skipped.
std::vector<std::string> candidates_for(const std::string& command, std::string_view path,
                                        const std::string& directory);

/// The privileges that executing a file grants: capabilities and another uid or gid, execve(2).
struct FilePrivileges {
  CapabilitySet capabilities{};
  bool insists = false;  ///< the kernel executes it only with all its capabilities
  std::optional<uid_t> uid{};
  std::optional<gid_t> gid{};
};

/// The privileges of the file at `path`; none if it cannot be read or is a script.
FilePrivileges file_privileges(const std::string& path);

/// Why `path` cannot be executed, if errno alone would be misleading: the name is not in PATH, or
/// the interpreter of a script or of a dynamically linked program is missing. Reads the file, so
/// only a child calls it. "" if there is nothing to add.
std::string explain_exec_failure(const std::string& path, int code);

}  // namespace pintle::sys
