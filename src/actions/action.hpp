// actions/action.hpp - the table of built-in actions, which need no program in the image: some
// change something, and probes only look. To add one, write a file with its row, its parameters and
// its code, and add a line to action.cpp.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/shown.hpp"
#include "config/action.hpp"
#include "config/expansion.hpp"
#include "sys/identity.hpp"

namespace pintle::actions {

/// What an action gets besides its parameters.
struct Context {
  const sys::Accounts& accounts;
  const config::Scope& scope;  ///< the hook's variables
  /// Called with what the action is doing, for a message if it is stopped; may be empty.
  std::function<void(const std::string& line)> note{};
  /// Replaces known secrets in a whole value; may be empty.
  std::function<std::string(std::string text)> hide{};
  pid_t main_pid = 0;  ///< of the container's main process; 0: there is none

  /// The value of a parameter, for a line.
  std::string shown(const std::string& value) const {
    return shown_value(hide ? hide(value) : value);
  }
  /// The message of an error, whose subject may be such a value.
  std::string words(Error error) const {
    if (hide) error.subject = hide(std::move(error.subject));
    return error.message();
  }
};

/// What an action would do to one file.
struct Foreseen {
  std::string_view what;  ///< "remove"
  std::string path;
  std::int64_t bytes = 0;
  Duration age{};
};

/// A row. Its functions get the parameters that `spec.params` made, see config::erased.
struct Action {
  config::ActionSpec spec;
  /// Performs the action. It runs in a child that has stepped down, and may block: PID 1 stops it
  /// at its timeout. Returns a line about what was done or found. An action that changes something
  /// is idempotent: it compares first and changes only what differs. nullptr: only pintle-fetch can
  /// perform it. Errors: what could not be done, or is not as it should be.
  Result<std::string> (*run)(const void* params, const Context& context) = nullptr;
  /// True if there is nothing to do; nullptr: there always is. PID 1 itself calls it before
  /// anything runs, so it must be fast.
  bool (*is_done)(const void* params, const Context& context) = nullptr;
  /// What run() would do now, in the order of messages; changes nothing. nullptr: it cannot say.
  Result<std::vector<Foreseen>> (*preview)(const void* params, const Context& context) = nullptr;
  /// The name on a command line; only for a probe.
  std::string_view command = {};
};

/// The specs of all actions, for parse().
std::span<const config::ActionSpec* const> specs();

/// The actions that `pintle probe` can perform.
std::span<const Action* const> probes() noexcept;

/// Errors: a string that must not be empty is empty after its variables are expanded.
Result<void> refuse_empty(const config::Builtin& use);

/// Performs `use`, whose variables are expanded. Errors: those of the action and of refuse_empty();
/// only pintle-fetch can perform it.
Result<std::string> perform(const config::Builtin& use, const Context& context);

/// What it would do to files now; nullopt if the action cannot say. Errors: those of the action.
Result<std::optional<std::vector<Foreseen>>> foresee(const config::Builtin& use,
                                                     const Context& context);

/// True if `use` has nothing to do.
bool needs_nothing(const config::Builtin& use, const Context& context);

/// The ids of an `owner` parameter; none if it is not set.
struct Owner {
  std::optional<uid_t> uid{};
  std::optional<gid_t> gid{};
};
/// Errors: those of sys::resolve_user().
Result<Owner> resolve_owner(const std::optional<std::string>& owner, const sys::Accounts& accounts);

extern const Action kCertificates;
extern const Action kCheck;
extern const Action kCopy;
extern const Action kDirectory;
extern const Action kFail;
extern const Action kFallback;
extern const Action kFetch;
extern const Action kFile;
extern const Action kLine;
extern const Action kLink;
extern const Action kLog;
extern const Action kPermissions;
extern const Action kPrune;
extern const Action kRemove;
extern const Action kRotate;
extern const Action kWait;

extern const Action kProbeHttp;
extern const Action kProbeTcp;
extern const Action kProbeUnix;
extern const Action kProbeGrpc;
extern const Action kProbeFile;
extern const Action kProbeProcess;

/// The word for the main process in the probe `process`.
inline constexpr std::string_view kMainProcess = "main";

}  // namespace pintle::actions
