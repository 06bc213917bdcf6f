// config/action.hpp - built-in actions as data: a row says what an action is called, which kinds of
// hook may use it and what its parameters are. Parser, messages, schema and reference are made from
// the rows; the rows themselves stand with what they do, in hooks/ and health/.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "config/kind.hpp"

namespace pintle::config {

enum class ParamType : std::uint8_t {
  text,      ///< expanded; not empty
  path,      ///< the same, the path of one thing
  pattern,   ///< the same, a path whose last component may be a pattern
  literal,   ///< as it stands; may be empty
  owner,     ///< "user" or "user:group", expanded
  duration,  ///< "30s"
  interval,  ///< the same, longer than 0
  size,      ///< "64MiB"
  mode,      ///< "0750"
  count,     ///< a whole number, 1 or more
  boolean,
  word,   ///< one of `words`
  texts,  ///< an array of texts, each expanded
  pairs,  ///< an object of texts, the values expanded
};

struct ParamSpec {
  std::string_view name;
  ParamType type;
  std::string_view help;  ///< one sentence
  std::string_view example = {};
  bool required = false;
  std::span<const std::string_view> words = {};
  /// What is wrong with a text, or with one of several, "" if nothing; asked only when nothing is
  /// left to expand in it.
  std::string (*check)(const std::string& text) = nullptr;
  std::string_view (*pattern)() = nullptr;  ///< the same as a regular expression, for a schema
  std::string_view standard = {};           ///< the default
  /// Of pairs: what is wrong with one, "" if nothing. The value is "" while something is left to
  /// expand in it. Keys are names of headers: tokens, which differ in more than their case.
  std::string (*check_pair)(const std::string& name, const std::string& value) = nullptr;
};

constexpr bool is_path(const ParamSpec& spec) noexcept {
  return spec.type == ParamType::path || spec.type == ParamType::pattern;
}

/// What must hold between the keys of an object.
struct Rule {
  enum class Type : std::uint8_t {
    exactly_one,
    at_least_one,
    at_most_one,
    needs,     ///< the first key needs the second
    lone_key,  ///< the object has one key, whichever
  };
  Type type;
  std::span<const std::string_view> keys = {};
};

/// How an object with these keys breaks `rule`; "" if it does not.
std::string broken(const Rule& rule, std::span<const std::string_view> keys);

/// A text in which a `$` is a `$`.
struct Literal {
  std::string text;
};

using Pairs = std::vector<std::pair<std::string, std::string>>;
using Value = std::variant<std::string, std::int64_t, bool, Duration, std::vector<std::string>,
                           Pairs, Literal>;

/// The parameters of one use of an action.
class Params {
 public:
  void set(std::string_view name, Value value);
  void put(std::string_view name, Value value);  ///< in place of what is there
  bool has(std::string_view name) const noexcept { return find(name) != nullptr; }

  std::vector<std::string_view> names() const;

  /// nullptr if it is not there.
  const Value* find(std::string_view name) const noexcept;

  // Each gives what is there, or the fallback. The name must be of that type in the row.
  std::string text(std::string_view name, std::string_view fallback = {}) const;
  std::optional<std::string> literal(std::string_view name) const;
  std::optional<std::int64_t> number(std::string_view name) const noexcept;  ///< count, size, mode
  bool flag(std::string_view name) const noexcept;
  std::optional<Duration> duration(std::string_view name) const noexcept;
  const std::vector<std::string>& texts(std::string_view name) const noexcept;
  const Pairs& pairs(std::string_view name) const noexcept;

  /// The index of a word in its row's `words`.
  std::size_t word(std::string_view name, std::size_t fallback) const noexcept;

  /// Calls `each(name, value)` for everything in it.
  template <class Each>
  void for_values(Each each) const {
    for (const auto& [name, value] : values_) each(name, value);
  }

  /// Calls `each(std::string&)` for every text in it, to be expanded in place.
  template <class Each>
  void for_texts(Each each) {
    for (auto& [name, value] : values_) {
      if (auto* text = std::get_if<std::string>(&value)) each(*text);
      if (auto* texts = std::get_if<std::vector<std::string>>(&value)) {
        for (std::string& one : *texts) each(one);
      }
      if (auto* pairs = std::get_if<Pairs>(&value)) {
        for (auto& [key, one] : *pairs) each(one);
      }
    }
  }

 private:
  std::vector<std::pair<std::string_view, Value>> values_;  // names are those of the rows
};

/// The first parameter in which a text that may not be empty is; "" if there is none. For when
/// nothing is left to expand. The members of an object may be empty.
std::string_view empty_one_of(const Params& params) noexcept;

struct ActionSpec {
  std::string_view name;
  Kinds kinds;
  std::string_view help;
  std::span<const ParamSpec> params;
  /// The parameter that a plain string stands for: {"tcp": "127.0.0.1:80"}; "" if none.
  std::string_view shorthand = {};
  /// What is wrong with the parameters together, "" if nothing: what `rules` cannot say.
  std::string (*check)(const Params& params) = nullptr;
  /// The `timeout` of a hook that names none; unset: its kind decides.
  std::optional<Duration> timeout = {};
  std::span<const Rule> rules = {};
  /// It is done by the second program, pintle-fetch, and not in PID 1's own image.
  bool is_apart = false;
  /// The parameter that says where the result goes, which is where a fallback goes then; "" if
  /// none.
  std::string_view place = {};
  /// Variables that it obeys, whether its process inherits them or not.
  std::span<const std::string_view> variables = {};
};

/// nullptr if it has no such parameter.
const ParamSpec* find_param(const ActionSpec& action, std::string_view name) noexcept;

}  // namespace pintle::config
