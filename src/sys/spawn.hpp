// sys/spawn.hpp - starts a child: a program, or a task of our own that steps down first.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "sys/report.hpp"
#include "sys/step_down.hpp"

namespace pintle::sys {

/// Where a child stands towards sessions and terminals (credentials(7)).
enum class Placement : std::uint8_t {
  session,     ///< a new session, so without terminal: hooks
  group,       ///< a new process group in our session: main
  foreground,  ///< that, and the terminal's foreground group
  member,      ///< of our own group: a hook's program whose output is kept
};

struct Limit {
  std::string_view name;  ///< for messages: "nofile"
  int resource;           ///< RLIMIT_…, setrlimit(2)
  rlimit value;
};

/// Where standard output, and with it standard error or not, goes.
struct Outlet {
  int descriptor = -1;  ///< below zero: where ours go
  bool with_errors = false;
  int errors = -1;  ///< where standard error goes; below zero: as `with_errors` says
};

/// A built-in: runs in the child, fills in a line for the report and returns the exit code.
using Task = std::function<int(Report&)>;

/// Asked in the child before anything else is done in it; false: it ends at once, as skipped.
using Condition = std::function<bool()>;

struct Child {
  std::vector<std::string> argv{};         ///< the program and its arguments; unused with `task`
  std::vector<std::string> candidates{};   ///< paths to try in this order: the PATH search
  std::vector<std::string> environment{};  ///< NAME=value
  Task task{};                             ///< runs instead of a program when it is set
  Condition condition{};
  bool inherits_report = false;  ///< the program's descriptor kInheritedReport is the report's
  Outlet outlet{};
  bool discard_output = false;  ///< both are /dev/null
  bool inherit_input = false;   ///< otherwise stdin is /dev/null
  int input = -1;               ///< or a descriptor that becomes stdin
  int passed = 0;  ///< descriptors from kFirstPassed on that it gets, with its pid in LISTEN_PID
  Placement placement = Placement::session;
  StepDown step_down{};
  std::vector<Limit> limits{};
  std::optional<int> nice{};
  std::optional<mode_t> umask{};
  std::string directory{};  ///< empty: stay in ours
};

struct Spawned {
  pid_t pid;
  Fd report;  ///< read_report() after the child's death tells whether it could start
};

/// Forks `child`. It returns at once, before the child has executed anything: a program on a slow
/// file system must not make PID 1 wait. All signals must be blocked.
/// Errors: those of pipe2(2) and fork(2). What fails later is in the report.
Result<Spawned> spawn(const Child& child);

/// Where execve(2) is to look for `command`: itself if it has a '/' (relative to `directory`), else
/// each folder of `path` with it. An empty folder in PATH is passed over.
std::vector<std::string> candidates_for(const std::string& command, std::string_view path,
                                        const std::string& directory);

/// What executing a file would give: capabilities and another uid or gid, execve(2).
struct FilePrivileges {
  CapabilitySet capabilities{};
  bool insists = false;  ///< on its capabilities: without one of them it is not executed
  std::optional<uid_t> uid{};
  std::optional<gid_t> gid{};
};

/// Those of the file at `path`; none if it cannot be looked at, or is a script.
FilePrivileges file_privileges(const std::string& path);

/// Why `path`, as it was written, cannot be executed, when errno alone misleads: a name that is not
/// in PATH, the missing interpreter of a script or of a dynamically linked program. Reads the file,
/// so it is for the child. Empty when there is nothing to add.
std::string explain_exec_failure(const std::string& path, int code);

}  // namespace pintle::sys
