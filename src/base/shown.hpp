// base/shown.hpp - values for messages. What a variable stands for may hold a password though its
// name does not say so: DATABASE_URL is the usual one. Pure.
#pragma once

#include <string>
#include <string_view>

namespace pintle {

/// True if a variable of this name holds a secret unless it says otherwise: TOKEN, PASS, SECRET,
/// KEY or CREDENTIAL is in it, in any case.
bool is_secret_name(std::string_view name) noexcept;

/// A whole value as a message may show it, on one line. It is not cut, since of a secret in it a
/// part could not be recognized any more. What stands before the last `@` is left out but for the
/// scheme of a URL, whatever characters a password there has, unless it is a path without `:`; so
/// is the query of a URL or of what looks like one. In "NAME=VALUE" the value is "***" if the name
/// is a secret's. What is shown already stays as it is.
std::string shown_value(std::string_view value);

/// The same for a value whose end was cut off.
std::string shown_beginning(std::string_view value);

}  // namespace pintle
