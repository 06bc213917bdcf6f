// sys/file.hpp - reads files that may not be what they should: bounded, never blocking.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

/// The whole content of the regular file `path`, of at most `limit` bytes. A FIFO or a device is
/// refused without waiting for it.
/// Errors: those of open(2) and read(2); EFBIG when it is larger; not a regular file.
Result<std::string> read_file(const std::string& path, std::size_t limit);

/// The same for a file that is open already; `path` is for messages.
Result<std::string> read_open_file(const Fd& file, const std::string& path, std::size_t limit);

/// Opens the file that `held` (O_PATH) is, whatever its name means by now, with O_NONBLOCK,
/// O_NOCTTY and O_CLOEXEC; without /proc by `name` in `directory`, and then it has to be the same
/// file. Errors: those of open(2); a file that was exchanged.
Result<Fd> reopen(const Fd& held, int directory, const std::string& name, int flags);

/// The first bytes of `path`, at most 4096; nothing when it cannot be read.
std::string read_head(const std::string& path);

/// What standard input holds, of at most `limit` bytes, whatever it is. Errors: those of read(2);
/// EFBIG.
Result<std::string> read_input(std::size_t limit);

/// Opens what stands in for something else: a regular file that is not empty. Errors: those of
/// open(2); any other file.
Result<Fd> open_fallback(const std::string& path);

/// Where a file has content, and not a hole in which nothing was ever written.
struct Extent {
  off_t begin = 0;
  off_t end = 0;
};

/// The first content between `from` and `end`; nullopt if there is none. Where the file system
/// knows no holes all is content. Errors: those of lseek(2), SEEK_DATA.
Result<std::optional<Extent>> next_content(const Fd& file, off_t from, off_t end);

/// How many bytes of the first `end` are content. Errors: those of next_content().
Result<std::int64_t> content_size(const Fd& file, off_t end);

// Comparing: each reads from the beginning. Errors: those of pread(2).
Result<bool> has_content(const Fd& file, std::string_view content);
Result<bool> have_same_content(int one, int other);

/// The next read begins at the file's beginning. Errors: those of lseek(2).
Result<void> rewind(const Fd& file);

}  // namespace pintle::sys
