// sys/spawn.hpp - starts a child: a program, or a task of pintle itself. Both step down first.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "sys/lookup.hpp"
#include "sys/report.hpp"
#include "sys/step_down.hpp"

namespace pintle::sys {

/// The session and process group of a child (credentials(7)).
enum class Placement : std::uint8_t {
  session,     ///< a new session, so without a terminal: hooks
  group,       ///< a new process group in pintle's session: main
  foreground,  ///< the same, and it becomes the terminal's foreground group
  member,      ///< the caller's own group: a program that a hook's child starts
};

struct Limit {
  std::string_view name;  ///< for messages: "nofile"
  int resource;           ///< RLIMIT_…, setrlimit(2)
  rlimit value;
};

/// The target of a child's standard output and standard error.
struct Outlet {
  int descriptor = -1;  ///< below zero: the same as pintle's
  bool with_errors = false;
  int errors = -1;  ///< for standard error; below zero: as `with_errors` says
};

/// The size of a new pipe, pipe(7).
inline constexpr std::size_t kMostInputText = 65'536;

/// A built-in: runs in the child, sets the line of the report and returns the exit code.
using Task = std::function<int(Report&)>;

/// Called in the child before its work; if it is false, the child ends at once, as skipped.
using Condition = std::function<bool()>;

struct Child;

/// Called in the child before its work: what it is to do is known only there. Sets the line of a
/// note to PID 1. nullopt: there is nothing left to do, so it ends.
using Choice = std::function<std::optional<Child>(Report&)>;

/// What is executed when a program is verified.
struct Executable {
  Fd file{};                        ///< executed itself; not valid: `path` is
  std::string path{};               ///< for messages
  std::vector<std::string> argv{};  ///< empty: that of the child
  std::vector<Fd> inherited{};      ///< stay open until then
  Proof proof = Proof::none;
};

/// Called in the child for each candidate: verifies the file. nullopt: it must not be executed;
/// then `why` says so: with StartStep::execute, execve(2) would have failed too. If `may_copy` is
/// false, the kernel has refused to execute a copy.
using Verification = std::function<std::optional<Executable>(
    const std::string& path, const std::vector<std::string>& argv, bool may_copy, Report& why)>;

struct Child {
  std::vector<std::string> argv{};         ///< the program and its arguments; unused with `task`
  std::vector<std::string> candidates{};   ///< paths to try in this order: the PATH search
  std::vector<std::string> environment{};  ///< NAME=value
  Task task{};                             ///< if set, it runs instead of a program
  Condition condition{};
  Choice choice{};               ///< if set, argv, candidates, environment or task of its result
  Verification verification{};   ///< if set, only what it returns is executed
  bool inherits_report = false;  ///< the program gets the report's pipe as kInheritedReport
  Outlet outlet{};
  bool discard_output = false;              ///< standard output and error are /dev/null
  bool inherit_input = false;               ///< otherwise stdin is /dev/null
  int input = -1;                           ///< a descriptor that becomes stdin; below zero: none
  std::string input_file{};                 ///< the file that becomes stdin; "": none
  std::optional<std::string> input_text{};  ///< what can be read from stdin: kMostInputText bytes
  int passed = 0;  ///< number of descriptors from kFirstPassed on; sets LISTEN_PID
  Placement placement = Placement::session;
  StepDown step_down{};
  std::vector<Limit> limits{};
  std::optional<int> nice{};
  std::optional<mode_t> umask{};
  std::string directory{};  ///< empty: pintle's own
};

struct Spawned {
  pid_t pid;
  Fd report;  ///< read_report() after the child's end says whether it could start
};

/// Forks `child` and returns before the child executes anything: a program on a slow file system
/// must not make PID 1 wait. All signals must be blocked. Errors: those of pipe2(2) and fork(2).
/// Later failures are in the report.
Result<Spawned> spawn(const Child& child);

}  // namespace pintle::sys
