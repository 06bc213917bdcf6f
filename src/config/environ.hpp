// config/environ.hpp - "NAME=value" strings as in environ(7). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pintle::config {

/// "NAME=value"; any bytes.
using Environ = std::vector<std::string>;

/// The value of `name` in `environ`; nullopt if it is not set. If it is set twice, the first one
/// counts.
std::optional<std::string> get(const Environ& environ, std::string_view name);

/// Sets or replaces `name`.
void set(Environ& environ, std::string_view name, std::string_view value);

/// Removes `name`.
void unset(Environ& environ, std::string_view name);

}  // namespace pintle::config
