// base/columns.hpp - how many columns of a terminal a character takes. Pure; no locale decides.
#pragma once

#include <cstddef>

namespace pintle {

/// 0 for a combining mark, 2 for a wide character (Unicode Standard Annex #11) or an emoji,
/// otherwise 1.
std::size_t columns_of(char32_t character) noexcept;

/// True for a character that is not displayed itself, but changes how the line is displayed: a
/// control character, or one that changes the direction of the text (Unicode Standard Annex #9,
/// section 2).
bool is_unseen(char32_t character) noexcept;

/// The character that well-formed UTF-8 of `length` bytes encodes; see utf8_length().
char32_t decode_utf8(const char* bytes, std::size_t length) noexcept;

}  // namespace pintle
