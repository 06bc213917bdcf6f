// config/form.hpp - the allowed values of a config as data. The rows of keys contain it next to the
// function that reads the value; schema.hpp and reference.hpp make the texts for editors and people
// from it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "config/kind.hpp"
#include "config/rule.hpp"

namespace pintle::config {

struct KeyInfo;
struct ObjectInfo;

inline constexpr std::int64_t kMostCount = 1'000'000;

/// Signals that cannot be used to stop a container.
inline constexpr std::string_view kNoStopSignals[] = {"SIGKILL", "SIGSTOP", "SIGCHLD"};

/// What a string must be, besides not empty, when its variables are expanded.
struct TextKind {
  /// Returns what is wrong with it, "" if nothing.
  std::string (*check)(const std::string& text) = nullptr;
  std::string_view (*pattern)() = nullptr;  ///< the same as a regular expression, for a schema
  bool is_path = false;                     ///< it is a path: it must not be only blanks
  bool takes_pattern = false;  ///< a path whose last component may be a pattern, fnmatch(3)
  bool has_user_info = false;  ///< it may be a URL with a password
};

/// The allowed values. Each type uses only the members that are named next to it.
struct Form {
  enum class Type : std::uint8_t {
    text,        ///< not expanded: least, pattern
    expandable,  ///< "${…}" in it are well formed: least, kind
    command,     ///< expandable, or a line for the shell
    scalar,      ///< a text, a number or a boolean
    null,
    boolean,
    count,     ///< least, most
    fraction,  ///< least, most
    duration,  ///< least, in milliseconds
    size,
    mode,
    signal,  ///< but none of words
    cron,
    word,    ///< words
    list,    ///< of parts[0]: least, how many
    map,     ///< from parts[0] to parts[1]; check_member
    object,  ///< object
    either,  ///< one of the parts
  };

  Type type;
  std::int64_t least = 0;
  std::int64_t most = kMostCount;
  std::string_view pattern = {};  ///< a regular expression that JSON Schema's and regex(7) share
  std::span<const std::string_view> words = {};
  std::span<const Form* const> parts = {};
  const ObjectInfo* object = nullptr;
  std::string_view name = {};  ///< the name of a form that is used several times, or within itself
  const TextKind* kind = nullptr;
  /// Returns what is wrong with one member of a map, "" if nothing. `value` is "" if it has
  /// variables to expand.
  std::string (*check_member)(const std::string& name, const std::string& value) = nullptr;
};

/// A row of a table of keys, without what reads it.
struct KeyInfo {
  std::string_view name;
  Form form;
  std::string_view help;     ///< one sentence
  std::string_view example;  ///< a text as it is, anything else as JSON
  std::string_view standard =
      {};  ///< the default, written like `example`; empty: there is none, or `help` names it
  Kinds kinds = kAnyKind;  ///< of hook
  bool required = false;
};

struct Rows {
  std::size_t count = 0;
  KeyInfo (*at)(std::size_t row) = nullptr;
};

struct ObjectInfo {
  std::string_view name;   ///< the name in a schema: "step"
  std::string_view title;  ///< in messages: "a step"
  Rows rows = {};          ///< set by object_of()
  std::span<const Rule> rules = {};
  Kinds kinds = kAnyKind;        ///< the kind of a hook, which also has an action
  std::string_view waives = {};  ///< the required key that is optional here
  std::span<const std::string_view> excludes = {};  ///< keys of its kind that are not allowed here
};

/// True if the object has the key of that row.
template <class Row>
constexpr bool has_key(const ObjectInfo& object, const Row& row) noexcept {
  if ((row.kinds & object.kinds) == 0) return false;
  return std::find(object.excludes.begin(), object.excludes.end(), row.name) ==
         object.excludes.end();
}

/// True if a row's key must be there.
template <class Row>
constexpr bool needs_key(const ObjectInfo& object, const Row& row) noexcept {
  return row.required && row.name != object.waives && has_key(object, row);
}

/// Calls `each(KeyInfo)` for every row, whether the object has its key or not.
template <class Each>
void for_rows(const ObjectInfo& object, Each each) {
  for (std::size_t row = 0; row < object.rows.count; ++row) each(object.rows.at(row));
}

/// True if a string of that form, or of a list of that form, is never expanded.
constexpr bool is_literal(const Form& form) noexcept {
  const Form& one = form.type == Form::Type::list ? *form.parts[0] : form;
  return one.type == Form::Type::text;
}

constexpr bool is_hook(const ObjectInfo& object) noexcept {
  return object.kinds != kAnyKind;
}

}  // namespace pintle::config
