// config/action.hpp - built-in actions as data: a row says what an action is called, which kinds of
// hook may use it and what its parameters are. Parser, messages, schema and reference are made from
// the rows; the rows themselves stand with what they do, in actions/.
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

/// What is in one parameter of an action, to be looked at; nothing if it was not given. Counts,
/// sizes, modes and the places of words are numbers. A flag is there if it is set.
using Field = std::variant<std::monostate, const std::string*, std::int64_t, bool, Duration,
                           const std::vector<std::string>*, const Pairs*>;

/// The parameters of an action: a struct of its own, of which everybody else knows only its rows.
/// params_of() in config/slots.hpp makes it from them.
struct ParamTable {
  Rows rows = {};
  std::shared_ptr<void> (*make)() = nullptr;
  std::shared_ptr<void> (*copy)(const void* params) = nullptr;
  void (*read)(Reader& reader, const Node& node, void* params, std::size_t row) = nullptr;
  Field (*field)(const void* params, std::size_t row) = nullptr;
};

/// What an action leaves behind, for whatever stands in for it.
struct Artifact {
  std::string path{};  ///< "" if it leaves no file
  std::optional<mode_t> mode{};
  std::optional<std::string> owner{};
  // What the file has to prove.
  std::optional<std::string> sha256{};
  std::vector<std::string> prohibit{};
};

/// A row. What it calls gets the parameters of one use, made by `params`.
struct ActionSpec {
  std::string_view name;
  Kinds kinds;
  std::string_view help;
  ParamTable params = {};
  /// The parameter that a plain string stands for: {"tcp": "127.0.0.1:80"}; "" if none.
  std::string_view shorthand = {};
  /// What is wrong with the parameters together, "" if nothing: what `rules` cannot say.
  std::string (*check)(const void* params) = nullptr;
  /// The `timeout` of a hook that names none; unset: its kind decides.
  std::optional<Duration> timeout = {};
  std::span<const Rule> rules = {};
  /// True if the second program, pintle-fetch, has to do it; nullptr: never.
  bool (*is_apart)(const void* params) = nullptr;
  Artifact (*artifact)(const void* params) = nullptr;  ///< nullptr: it leaves none
  /// The level of the line that tells its success; nullptr: as of any other.
  log::Level (*level)(const void* params) = nullptr;
  /// Variables that it obeys, whether its process inherits them or not.
  std::span<const std::string_view> variables = {};
};

/// The parameters that may be written, in the order of the rows; of the others `kinds` is 0.
std::vector<KeyInfo> keys_of(const ActionSpec& action);

/// The use of a built-in. Its parameters never change.
struct Builtin {
  const ActionSpec* spec = nullptr;
  std::shared_ptr<const void> params{};
  /// Parameters that are no texts, but are written with variables whose values are not known yet.
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

/// The same with what `change` makes of every text in it, except those that are never expanded.
Builtin with_texts(const Builtin& use,
                   const std::function<std::string(const std::string& text)>& change);

/// True if a text of that form may be empty.
constexpr bool may_be_empty(const Form& form) noexcept {
  return form.least == 0;
}

/// The first parameter in which a text is empty that may not be; "" if there is none. For when
/// nothing is left to expand. The members of an object may be empty.
std::string_view empty_one_of(const Builtin& use);

/// What `spec.check` says, "" if it has none.
std::string wrong_together(const Builtin& use);

/// True if the second program has to do it.
bool is_apart(const Builtin& use);

/// For ActionSpec::is_apart of what only the second program can do.
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
