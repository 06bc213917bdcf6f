// config/expansion.hpp - texts with variables in them: $NAME, ${NAME}, ${NAME:-word}, ${NAME:+word}
// and ${NAME:?message} as in POSIX sh (XCU 2.6.2), ${NAME@json} and its like as jq's formats. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/scope.hpp"

namespace pintle::config {

/// How many words may stand within words: one in ${A:-${B:-x}}.
inline constexpr std::size_t kDeepestWord = 4;

/// How long a text may become, in bytes.
inline constexpr std::size_t kLongestText = std::size_t{16} << 20U;

/// Expands `text`, once: what comes in is not expanded again. $$ is a $, and a $ before what is no
/// name stays. A name without value expands to nothing and is added to `missing`, with the words of
/// ${NAME:?words}. Errors: a "${" that is not closed, or has something else in it; it becomes too
/// long.
Result<std::string> expand(std::string_view text, const Scope& scope,
                           std::vector<MissingVariable>& missing);

/// `text`, the content of a file, with what is in braces expanded; $${ is a plain ${, and every
/// other $ stays. If `only` has names, all others stay as they are, like envsubst(1) with a list.
/// Errors: names without value and a bad "${", all of them, as "LINE:COLUMN: what" (from 1, bytes).
Result<std::string> render(std::string_view text, const Scope& scope,
                           std::span<const std::string> only = {});

/// The text that expands to `value`.
std::string as_text(std::string_view value);

/// True if nothing is left to expand in `text`: there is no $ in it.
inline bool is_final(std::string_view text) noexcept {
  return text.find('$') == std::string_view::npos;
}

/// What is wrong with the "${…}" of `text`, in words; empty when nothing is.
std::string check_expansion(std::string_view text);

/// The names whose values `text` may need; not those that have a word instead, but those in it.
std::vector<std::string> names_in(std::string_view text);

/// Every name in `text`.
std::vector<std::string> all_names_in(std::string_view text);

/// A name in a text, and what its value means to it.
struct NameUse {
  std::string name;
  bool is_needed;  ///< without it the text cannot be expanded; not in the word of its own
                   ///< ${NAME:+word}
  bool is_shown;   ///< its value may become part of the text; not that of ${NAME:+word}, or of a
                   ///< message
};

/// Every name in `text`, as often as it stands there.
std::vector<NameUse> uses_in(std::string_view text);

/// Every name that the value of a variable may need.
std::vector<std::string> names_of(const Variable& variable);

/// What the formats of ${NAME@…} make of a value.
std::vector<std::string> formatted(const std::string& value);

}  // namespace pintle::config
