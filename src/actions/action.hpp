// actions/action.hpp - what a hook can do without a program in the image, as a table: built-ins
// that do something, and probes that look. Adding one is a file with its row, its parameters and
// what it does, and a line in action.cpp.
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

/// What an action may need besides its parameters.
struct Context {
  const sys::Accounts& accounts;
  const config::Scope& scope;  ///< the hook's variables
  /// Takes what is being done, for whoever ends it meanwhile; may be empty.
  std::function<void(const std::string& line)> note{};
  /// Takes known secrets out of a text while they are whole; may be empty.
  std::function<std::string(std::string text)> hide{};
  pid_t main_pid = 0;  ///< of the container's main process; 0: there is none

  /// A parameter's value for a line.
  std::string shown(const std::string& value) const {
    return shown_value(hide ? hide(value) : value);
  }
  /// What an error says, whose subject may be such a value.
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

/// A row. What it calls gets the parameters that `spec.params` made, config::erased.
struct Action {
  config::ActionSpec spec;
  /// Does it; runs in a child that has stepped down, and may block: PID 1 ends it when its timeout
  /// is over. Returns a line about what was done or seen. What does something is idempotent: it
  /// compares first and changes only what differs. nullptr: only the second program can. Errors:
  /// what could not be done, or is not as it should be.
  Result<std::string> (*run)(const void* params, const Context& context) = nullptr;
  /// True if there is nothing left to do; may be nullptr: then there always is.
  /// PID 1 itself asks before anything runs, so it must not take long.
  bool (*is_done)(const void* params, const Context& context) = nullptr;
  /// What run() would do now, in the order in which it is told; it changes nothing. nullptr: it
  /// cannot say.
  Result<std::vector<Foreseen>> (*preview)(const void* params, const Context& context) = nullptr;
  /// Of a probe: what it is called on a command line.
  std::string_view command = {};
};

/// All of them, as parse() needs to know them.
std::span<const config::ActionSpec* const> specs();

/// Those that `pintle probe` can do.
std::span<const Action* const> probes() noexcept;

/// Refuses a use in which variables left a text empty. Errors: that.
Result<void> refuse_empty(const config::Builtin& use);

/// Does what `use` says; its texts are expanded. Errors: those of the action and of refuse_empty();
/// one that only the second program can do.
Result<std::string> perform(const config::Builtin& use, const Context& context);

/// What it would do to files now; nullopt if it cannot say. Errors: those of the action.
Result<std::optional<std::vector<Foreseen>>> foresee(const config::Builtin& use,
                                                     const Context& context);

/// True if `use` has nothing left to do.
bool needs_nothing(const config::Builtin& use, const Context& context);

/// The ids that an `owner` parameter stands for; none if it is not given.
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

/// What the probe of a process takes for the container's main process.
inline constexpr std::string_view kMainProcess = "main";

}  // namespace pintle::actions
