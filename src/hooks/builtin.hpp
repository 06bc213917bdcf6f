// hooks/builtin.hpp - the built-in actions, as a table. Adding one is a file with its row and what
// it does, and a line in builtin.cpp.
#pragma once

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
#include "config/environment.hpp"
#include "sys/identity.hpp"

namespace pintle::hooks {

/// What a built-in may need besides its parameters.
struct Context {
  const sys::Accounts& accounts;
  const config::Scope& scope;  ///< the hook's variables
  /// Takes what is being done, for whoever ends it meanwhile; may be empty.
  std::function<void(const std::string& line)> note{};
  /// Takes known secrets out of a text while they are whole; may be empty.
  std::function<std::string(std::string text)> hide{};

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

/// What a built-in would do to one file.
struct Foreseen {
  std::string_view what;  ///< "remove"
  std::string path;
  std::int64_t bytes = 0;
  Duration age{};
};

struct Builtin {
  config::ActionSpec spec;
  /// Does it; runs in a child that has stepped down, and may block. Returns a line about what was
  /// done. Idempotent: it compares first and changes only what differs. nullptr: it is_apart.
  Result<std::string> (*run)(const config::Params& params, const Context& context) = nullptr;
  /// True if there is nothing left to do; may be nullptr: then there always is.
  bool (*is_done)(const config::Params& params, const Context& context) = nullptr;
  /// What run() would do now, in the order in which it is told; it changes nothing. nullptr: it
  /// cannot say.
  Result<std::vector<Foreseen>> (*preview)(const config::Params& params,
                                           const Context& context) = nullptr;
};

/// All of them.
std::span<const Builtin* const> builtins() noexcept;

/// The ids that an `owner` parameter stands for; none if it is empty.
struct Owner {
  std::optional<uid_t> uid{};
  std::optional<gid_t> gid{};
};
/// Errors: those of sys::resolve_user().
Result<Owner> resolve_owner(const std::string& owner, const sys::Accounts& accounts);

extern const Builtin kCertificates;
extern const Builtin kCheck;
extern const Builtin kDirectory;
extern const Builtin kFallback;
extern const Builtin kFetch;
extern const Builtin kFile;
extern const Builtin kLink;
extern const Builtin kPermissions;
extern const Builtin kPrune;
extern const Builtin kRemove;
extern const Builtin kRotate;
extern const Builtin kWait;

}  // namespace pintle::hooks
