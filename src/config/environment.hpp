// config/environment.hpp - variables: which value a name has for a hook, what its process inherits,
// and how texts are expanded (design section 2, "The rules, exactly"). Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/model.hpp"

namespace pintle::config {

/// "NAME=value" strings as in environ(7); any bytes.
using Environ = std::vector<std::string>;

/// The value of `name` in `environ`; nullopt when it is not set. The first one counts.
std::optional<std::string> get(const Environ& environ, std::string_view name);

/// Sets or replaces `name`.
void set(Environ& environ, std::string_view name, std::string_view value);

/// Removes `name`.
void unset(Environ& environ, std::string_view name);

/// A variable that something needs and that has no value.
struct MissingVariable {
  std::string name;
  std::string description;
};

/// The contents of the files that variables name, by path.
using FileValues = std::map<std::string, std::string>;

/// What names mean for one hook: its own entries, the top level's, then the container's.
class Scope {
 public:
  Scope(const Environ& container, const Variables& top, const Variables& own,
        const FileValues* files = nullptr) noexcept
      : container_(container), top_(top), own_(own), files_(files) {}

  /// The value of `name`; nullopt when it has none.
  std::optional<std::string> value(std::string_view name) const;

  /// True if it has a value that counts: an empty one does only with `allowEmpty`.
  bool is_given(std::string_view name) const;

  /// The same for lines: every secret has the value "***", and of others what shown_value() leaves.
  Scope masked() const {
    Scope other = *this;
    other.is_masked_ = true;
    return other;
  }

  /// Every declared variable that has no value.
  std::vector<MissingVariable> missing() const;

  /// What is wrong with the declared ones that have one: it does not match, or it is set twice. A
  /// line each; a secret's value is not in it.
  std::vector<std::string> problems() const;

  /// What a child starts with: the container's variables if it inherits them, and every declared
  /// one that has a value; those that are not exported are in neither. PATH is always there.
  Environ child(bool inherits) const;

  /// The values that must not be shown: of declared secrets, and of the container's that are named
  /// like one.
  std::vector<std::string> secrets() const;

 private:
  std::optional<std::string> value_of(const Variable& variable) const;
  std::vector<const Variable*> declared() const;

  const Environ& container_;
  const Variables& top_;
  const Variables& own_;
  const FileValues* files_;
  bool is_masked_ = false;
};

/// True if its value must not be shown: it says so, it is from a file, or its name is a secret's.
bool is_secret(const Variable& variable) noexcept;

/// What is wrong with a pattern, regex(7); "" if nothing.
std::string check_pattern(const std::string& pattern);

/// True if the whole of `value` matches.
bool matches(const std::string& pattern, const std::string& value);

/// The PATH of a container that sets none.
inline constexpr std::string_view kStandardPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Expands $NAME, ${NAME}, ${NAME:-default} and $$ in `text`, once. A name without value expands to
/// nothing and is added to `missing`. Errors: a "${" that is not closed or holds no name.
Result<std::string> expand(std::string_view text, const Scope& scope,
                           std::vector<MissingVariable>& missing);

/// `text`, the content of a file, with its ${NAME} and ${NAME:-default} expanded; $${ is a plain
/// ${, and every other $ stays. Values go in untouched.
/// Errors: names without value and a bad "${", all of them, as "LINE:COLUMN: what" (from 1, bytes).
Result<std::string> render(std::string_view text, const Scope& scope);

/// What is wrong with the "${…}" of `text`, in words; empty when nothing is.
std::string check_expansion(std::string_view text);

/// The names that `text` needs, those with a default left out.
std::vector<std::string> names_in(std::string_view text);

}  // namespace pintle::config
