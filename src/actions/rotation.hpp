// actions/rotation.hpp - one log file and the rotated ones beside it, NAME.1 (the newest), NAME.2 …
// Everything is done in one directory that is held by descriptor, and in an order in which an end
// in the middle loses no line: the next rotation closes the gap that it finds in the numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "sys/entry.hpp"

namespace pintle::actions {

enum class RotateMethod : std::uint8_t { rename, copy_truncate };

struct RotateRules {
  std::optional<std::int64_t> larger_than{};   ///< bytes
  std::optional<std::int64_t> begun_before{};  ///< nanoseconds since the epoch
  std::size_t keep = 5;                        ///< rotated files
  RotateMethod method = RotateMethod::rename;
};

/// Where a log file is.
struct LogPlace {
  const Fd& directory;  ///< O_PATH will do
  std::string name;
  std::string path;  ///< for messages

  /// "app.log.1"
  std::string rotated(std::size_t number) const;
  /// The path of something beside it.
  std::string path_of(const std::string& other) const;
  Error failed(const char* what, std::string why) const { return {what, 0, path, std::move(why)}; }
};

/// A log file as it was found.
struct Log {
  sys::Entry entry;
  /// Since when it holds what it holds, in nanoseconds since the epoch: not before it was made or
  /// last rotated, whichever method that was.
  std::int64_t begun = 0;
  std::size_t rotated = 0;       ///< how many NAME.1, NAME.2 … there are up to the first gap
  std::int64_t content = 0;      ///< bytes; the holes of a sparse file are none
  bool was_interrupted = false;  ///< NAME.1 is the file itself: a rotation was ended in the middle

  std::int64_t size() const noexcept { return content; }
};

/// nullopt if there is none. Errors: those of openat(2); anything but a regular file; as root, one
/// that has other names.
Result<std::optional<Log>> find_log(const LogPlace& place);

/// An empty file never is. Pure.
bool is_due(const Log& log, const RotateRules& rules) noexcept;

/// Whether somebody else could have put a further name of another's `file` into `directory`, by
/// their owners and modes; a look at st_nlink alone can be raced with. Pure.
bool could_be_planted(const struct stat& directory, const struct stat& file) noexcept;

/// The names of the rotated files that are there now and would be too many after a rotation.
Result<std::vector<std::string>> too_many_after(const LogPlace& place, const Log& log,
                                                std::size_t keep);

/// Rotates it, whether it is due or not. The new file has owner and mode of the old one. Errors:
/// those of the system calls, after which the file and the rotated ones are there as before, but
/// for numbers; as root, a copy where others could have put links.
Result<void> rotate(const LogPlace& place, const Log& log, const RotateRules& rules);

}  // namespace pintle::actions
