// base/base64.hpp - base64, RFC 4648 section 4. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pintle {

std::string to_base64(std::string_view bytes);

/// The bytes that `text` encodes; white space in it is ignored. nullopt if it is not base64, or is
/// empty.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace pintle
