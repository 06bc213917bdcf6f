// sys/file.hpp - reads files that are not trusted, with a limit and without blocking; writes all of
// a text.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

/// The whole content of the regular file `path`. Does not wait for a FIFO or a device. Errors:
/// those of open(2) and read(2); EFBIG if it has more than `limit` bytes; it is not a regular file.
Result<std::string> read_file(const std::string& path, std::size_t limit);

/// The same for an open file; `path` is for messages.
Result<std::string> read_open_file(const Fd& file, const std::string& path, std::size_t limit);

/// Opens the file behind `held` (O_PATH) with `flags`, O_NONBLOCK, O_NOCTTY and O_CLOEXEC, even if
/// its name now belongs to another file. Without /proc, opens `name` in `directory`, which must be
/// the same file. Errors: those of open(2); the file was replaced.
Result<Fd> reopen(const Fd& held, int directory, const std::string& name, int flags);

/// The first bytes of `path`, at most 4096; "" if it cannot be read.
std::string read_head(const std::string& path);

/// Everything from standard input, whatever kind of file that is. Errors: those of read(2); EFBIG
/// if it is more than `limit` bytes.
Result<std::string> read_input(std::size_t limit);

/// Writes all of `text`, also if write(2) takes only a part at a time. Errors: those of write(2),
/// as "cannot `verb`".
Result<void> write_all(int file, std::string_view text, const char* verb);

/// Opens a file that serves as a fallback: a regular file that is not empty. Errors: those of
/// open(2); it is not such a file.
Result<Fd> open_fallback(const std::string& path);

/// A part of a file that is not a hole.
struct Extent {
  off_t begin = 0;
  off_t end = 0;
};

/// The first content between `from` and `end`; nullopt if there is only a hole. If the file system
/// does not support holes, everything is content. Errors: those of lseek(2), SEEK_DATA.
Result<std::optional<Extent>> next_content(const Fd& file, off_t from, off_t end);

/// How many bytes of the first `end` are content. Errors: those of next_content().
Result<std::int64_t> content_size(const Fd& file, off_t end);

// All compare from the beginning of the files. Errors: those of pread(2).
Result<bool> has_content(const Fd& file, std::string_view content);
Result<bool> have_same_content(int one, int other);
/// True if `whole` has the content of `parts`, one after the other.
Result<bool> have_same_content(int whole, std::span<const Fd> parts);

/// Sets the file offset to 0. Errors: those of lseek(2).
Result<void> rewind(const Fd& file);

}  // namespace pintle::sys
