// http/field.hpp - what may stand in a header. Pure.
#pragma once

#include <string_view>

namespace pintle::http {

/// RFC 9110 section 5.6.2.
bool is_token(std::string_view name) noexcept;

/// No line break and no other control character but the tab: nothing that begins another header.
bool is_value(std::string_view value) noexcept;

}  // namespace pintle::http
