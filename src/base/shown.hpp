// base/shown.hpp - values as messages show them. A variable's value may contain a password even if
// its name does not say so: DATABASE_URL is the usual example. Pure.
#pragma once

#include <string>
#include <string_view>

namespace pintle {

/// True if a variable of this name is a secret by default: the name contains TOKEN, PASS, SECRET,
/// KEY or CREDENTIAL, in upper or lower case.
bool is_secret_name(std::string_view name) noexcept;

/// A whole value as a message may show it, on one line. `value` must not be cut: a part of a secret
/// could not be recognized. Everything before the last `@` is removed, except the scheme of a URL,
/// whatever characters a password contains; a path without `:` stays. The query of a URL, or of a
/// text that looks like one, is removed. In "NAME=VALUE" the value becomes "***" if the name is
/// that of a secret. A second call changes nothing.
std::string shown_value(std::string_view value);

/// The same for a value whose end was cut off.
std::string shown_beginning(std::string_view value);

}  // namespace pintle
