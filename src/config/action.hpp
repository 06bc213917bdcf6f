// config/action.hpp - built-in actions as data: a row has the name of an action, the kinds of hook
// that may use it, and its parameters. Parser, messages, schema and reference are made from the
// rows. The rows are in actions/, next to the code that performs the action.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "config/form.hpp"
#include "config/kind.hpp"
#include "config/rule.hpp"

namespace pintle::config {

class Reader;
struct Node;

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// The value of one parameter of an action, for reading; monostate if it was not given. Counts,
/// sizes, modes and the indices of keywords are numbers. A flag has a value only if it is set.
using Field = std::variant<std::monostate, const std::string*, std::int64_t, bool, Duration,
                           const std::vector<std::string>*, const Pairs*>;

/// The parameters of an action: a struct of its own, whose type only the action knows; others use
/// these functions. params_of() in config/slots.hpp makes them from the rows.
struct ParamTable {
  Rows rows = {};
  std::shared_ptr<void> (*make)() = nullptr;
  std::shared_ptr<void> (*copy)(const void* params) = nullptr;
  void (*read)(Reader& reader, const Node& node, void* params, std::size_t row) = nullptr;
  Field (*field)(const void* params, std::size_t row) = nullptr;
};

/// The file that an action makes, as its fallback has to make it.
struct Artifact {
  std::string path{};  ///< "" if it leaves no file
  std::optional<mode_t> mode{};
  std::optional<std::string> owner{};
  // How the file is verified.
  std::optional<std::string> sha256{};
  std::vector<std::string> prohibit{};
};

/// A row. Its functions get the parameters of one use, which `params` made.
struct ActionSpec {
  std::string_view name;
  Kinds kinds;
  std::string_view help;
  ParamTable params = {};
  /// The parameter that a plain string stands for: {"tcp": "127.0.0.1:80"}; "" if none.
  std::string_view shorthand = {};
  /// Returns what is wrong with the parameters together, "" if nothing: for what `rules` cannot
  /// express.
  std::string (*check)(const void* params) = nullptr;
  /// The `timeout` of a hook that sets none; unset: the default of the kind of hook.
  std::optional<Duration> timeout = {};
  std::span<const Rule> rules = {};
  /// True if pintle-fetch, the second program, performs this use; nullptr: never.
  bool (*is_apart)(const void* params) = nullptr;
  Artifact (*artifact)(const void* params) = nullptr;  ///< nullptr: it makes no file
  /// The level of the line that reports its success; nullptr: that of every other action.
  log::Level (*level)(const void* params) = nullptr;
  /// Variables of the environment that the action reads.
  std::span<const std::string_view> variables = {};
};

/// The parameters that a config may set, in the order of the rows; the `kinds` of the others are 0.
std::vector<KeyInfo> keys_of(const ActionSpec& action);

/// The use of a built-in. Its parameters never change.
struct Builtin {
  const ActionSpec* spec = nullptr;
  std::shared_ptr<const void> params{};
  /// Parameters that are not strings, but are written with variables whose values are not known
  /// yet.
  std::vector<std::pair<std::string_view, std::string>> unread{};

  /// The parameters, which must be of the type that the rows of `spec` read.
  template <class T>
  const T& as() const noexcept {
    return *static_cast<const T*>(params.get());
  }
};

/// Calls `each(KeyInfo, Field)` for every parameter that is there.
template <class Each>
void for_fields(const Builtin& use, Each each) {
  const ParamTable& table = use.spec->params;
  for (std::size_t row = 0; row < table.rows.count; ++row) {
    const Field field = table.field(use.params.get(), row);
    if (!std::holds_alternative<std::monostate>(field)) each(table.rows.at(row), field);
  }
}

/// Returns `use` with the result of `change` for every string in it, except those that are never
/// expanded.
Builtin with_texts(const Builtin& use,
                   const std::function<std::string(const std::string& text)>& change);

/// True if a string of that form may be empty.
constexpr bool may_be_empty(const Form& form) noexcept {
  return form.least == 0;
}

/// The name of the first parameter that has an empty string, though it must not be empty; "" if
/// there is none. Call it when all variables are expanded. Members of an object may be empty.
std::string_view empty_one_of(const Builtin& use);

/// The result of `spec.check`; "" if the action has none.
std::string wrong_together(const Builtin& use);

/// True if pintle-fetch, the second program, has to perform it.
bool is_apart(const Builtin& use);

/// For ActionSpec::is_apart of an action that only pintle-fetch can perform.
inline bool is_always_apart(const void*) noexcept {
  return true;
}

// --- functions that take the parameters as what they are -------------------------------------

template <auto Function>
struct Erase;
template <class R, class T, class... More, R (*Function)(const T&, More...)>
struct Erase<Function> {
  static R call(const void* params, More... more) {
    return Function(*static_cast<const T*>(params), std::forward<More>(more)...);
  }
};
/// `Function`, whose first parameter is a struct of parameters, for a row.
// NOLINTBEGIN(readability-identifier-naming): in a row it reads like a function.
template <auto Function>
inline constexpr auto* erased = &Erase<Function>::call;
// NOLINTEND(readability-identifier-naming)

}  // namespace pintle::config
