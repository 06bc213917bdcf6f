// sys/attribute.hpp - extended attributes of files, xattr(7). Not every file system supports them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pintle::sys {

/// The value of the attribute `name` of the file at the descriptor; nullopt if there is none, if it
/// is longer than `limit` bytes, or if it cannot be read.
std::optional<std::string> attribute_of(int file, const char* name, std::size_t limit);

/// Errors: those of fsetxattr(2).
Result<void> set_attribute(int file, const char* name, std::string_view value);

}  // namespace pintle::sys
