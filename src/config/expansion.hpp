// config/expansion.hpp - expands the variables in a string: $NAME, ${NAME}, ${NAME:-word},
// ${NAME:+word} and ${NAME:?message} as in POSIX sh (XCU 2.6.2), and ${NAME@json} and others as the
// formats of jq. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/scope.hpp"

namespace pintle::config {

/// How deep words may be nested: ${A:-${B:-x}} has one word within another.
inline constexpr std::size_t kDeepestWord = 4;

/// The longest result, in bytes.
inline constexpr std::size_t kLongestText = std::size_t{16} << 20U;

/// Expands `text` once: values are not expanded again. $$ becomes $, and a $ that is not followed
/// by a name stays. A name without a value expands to nothing and is added to `missing`, with the
/// message of ${NAME:?message}. Errors: a "${" that is not closed or not valid; the result is too
/// long.
Result<std::string> expand(std::string_view text, const Scope& scope,
                           std::vector<MissingVariable>& missing);

/// Expands ${…} in `text`, the content of a file; $${ becomes ${, and every other $ stays. If
/// `only` has names, all other names stay as they are, like envsubst(1) with a list. Errors: all
/// names without a value and all invalid "${", each as "LINE:COLUMN: what" (from 1, bytes).
Result<std::string> render(std::string_view text, const Scope& scope,
                           std::span<const std::string> only = {});

/// Returns a string that expands to `value`.
std::string as_text(std::string_view value);

/// True if `text` has no variables to expand: it contains no $.
inline bool is_final(std::string_view text) noexcept {
  return text.find('$') == std::string_view::npos;
}

/// Returns what is wrong with a "${…}" in `text`; "" if nothing is.
std::string check_expansion(std::string_view text);

/// The names whose values `text` needs. A name with a default word is not among them, but the names
/// in that word are.
std::vector<std::string> names_in(std::string_view text);

/// Every name in `text`.
std::vector<std::string> all_names_in(std::string_view text);

/// A name in a string, and what its value is needed for.
struct NameUse {
  std::string name;
  bool is_needed;  ///< without it the text cannot be expanded; not in the word of its own
                   ///< ${NAME:+word}
  bool is_shown;   ///< its value may become part of the text; not that of ${NAME:+word}, or of a
                   ///< message
};

/// Every name in `text`, once for each time that it occurs.
std::vector<NameUse> uses_in(std::string_view text);

/// Every name that the value of a variable may need.
std::vector<std::string> names_of(const Variable& variable);

/// The results of all formats of ${NAME@…} for a value.
std::vector<std::string> formatted(const std::string& value);

}  // namespace pintle::config
