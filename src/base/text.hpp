// base/text.hpp - small functions on text that people write and read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pintle {

/// The candidate that `word` was probably meant to be; "" if none is near. Near means: at most a
/// third of the word's length in edits (at least one), and fewer edits than it has letters. Two
/// swapped letters are one edit; upper and lower case are equal.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// `text` for a single line of output: control characters become \n, \t or \xNN. A text longer than
/// `limit` bytes is cut and ends in "...". Bytes that are not ASCII stay.
std::string one_line(std::string_view text, std::size_t limit = 500);

/// `text` without the user-info and the query of every URL in it, since these may contain secrets.
/// A URL ends at white space, a quote or an angle bracket.
std::string without_credentials(std::string text);

/// How many bytes the first character of `text` has; 0 if `text` does not begin with well-formed
/// UTF-8.
std::size_t utf8_length(std::string_view text) noexcept;

/// True if `text` is empty or only white space.
bool is_blank(std::string_view text) noexcept;

/// What follows the last slash of a path, all of it if there is none; "" if it ends with one.
std::string_view base_name(std::string_view path) noexcept;

/// True for a SHA-256 digest in hexadecimal: 64 digits, of either case.
bool is_sha256(std::string_view text) noexcept;

/// True if both are equal, without regard to the case of ASCII letters.
bool equal_without_case(std::string_view a, std::string_view b) noexcept;

/// `text` with its ASCII letters in lower case.
std::string lower_case(std::string text);

/// Removes from `text` everything up to and including the first `separator`; returns what was
/// before it. Without a separator that is the whole text.
std::string_view take_field(std::string_view& text, char separator) noexcept;

/// "2026-01-31T23:59:59Z", RFC 3339; `seconds` since 1970, UTC.
std::string rfc3339(std::int64_t seconds);

}  // namespace pintle
