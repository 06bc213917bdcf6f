// base/text.hpp - small helpers for words that people wrote and lines that people read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pintle {

/// The candidate that `word` was probably meant to be, or "" when none is near (a third of its
/// length in edits at most, and fewer than it has letters). Two letters swapped are one edit; upper
/// and lower case count as equal.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// `text` for a single line of output: control characters become \n, \t or \xNN, and what is
/// longer than `limit` bytes ends in "...". Bytes that are not ASCII stay as they are.
std::string one_line(std::string_view text, std::size_t limit = 500);

/// `text` with every URL in it left without its user-info and its query, where secrets stand. A URL
/// ends at white space, a quote or an angle bracket.
std::string without_credentials(std::string text);

/// How many bytes the first character of `text` has; 0 where no well-formed UTF-8 begins.
std::size_t utf8_length(std::string_view text) noexcept;

/// True if there are only blanks in it, or nothing at all.
bool is_blank(std::string_view text) noexcept;

/// True for a SHA-256 digest in hexadecimal: 64 digits, of either case.
bool is_sha256(std::string_view text) noexcept;

/// True when both are equal but for the case of ASCII letters.
bool equal_without_case(std::string_view a, std::string_view b) noexcept;

/// What stands before the first `separator`, all of it if there is none; `text` is then what stands
/// behind.
std::string_view take_field(std::string_view& text, char separator) noexcept;

/// "2026-01-31T23:59:59Z", RFC 3339; `seconds` since 1970, UTC.
std::string rfc3339(std::int64_t seconds);

}  // namespace pintle
