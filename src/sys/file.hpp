// sys/file.hpp - reads files that may not be what they should: bounded, never blocking.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"

namespace pintle::sys {

/// The whole content of the regular file `path`, of at most `limit` bytes. A FIFO or a device is
/// refused without waiting for it.
/// Errors: those of open(2) and read(2); EFBIG when it is larger; not a regular file.
Result<std::string> read_file(const std::string& path, std::size_t limit);

}  // namespace pintle::sys
