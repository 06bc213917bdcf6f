// actions/rotation.hpp - one log file and its rotated ones next to it: NAME.1 (the newest), NAME.2
// … All changes are made in one directory that is held by descriptor, in an order in which no line
// is lost if the rotation is stopped in the middle: the next rotation closes the gap in the
// numbers.
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
  /// The path of another entry of the same directory.
  std::string path_of(const std::string& other) const;
  Error failed(const char* what, std::string why) const { return {what, 0, path, std::move(why)}; }
};

/// A log file as it was found.
struct Log {
  sys::Entry entry;
  /// When its content began, in nanoseconds since the epoch: not before the file was created or
  /// last rotated, by either method.
  std::int64_t begun = 0;
  std::size_t rotated = 0;       ///< how many NAME.1, NAME.2 … there are up to the first gap
  std::int64_t content = 0;      ///< bytes, without the holes of a sparse file
  bool was_interrupted = false;  ///< NAME.1 is the same file: a rotation was stopped in the middle

  std::int64_t size() const noexcept { return content; }
};

/// The log file as it is; nullopt if there is none. Errors: those of openat(2); it is not a regular
/// file; for root, a file that has several names.
Result<std::optional<Log>> find_log(const LogPlace& place);

/// True if the rules say that the log is to be rotated; never for an empty file. Pure.
bool is_due(const Log& log, const RotateRules& rules) noexcept;

/// True if another user could have put another name of `file`, which belongs to a third one, into
/// `directory`, by their owners and modes. The number of names alone is not enough: it can change
/// right after the look. Pure.
bool could_be_planted(const struct stat& directory, const struct stat& file) noexcept;

/// The names of the rotated files that exist now and would be too many after a rotation.
Result<std::vector<std::string>> too_many_after(const LogPlace& place, const Log& log,
                                                std::size_t keep);

/// Rotates the log, whether it is due or not. The new file has owner and mode of the old one.
/// Errors: those of the system calls (all content is kept then, though the numbers may have
/// changed); for root, copyTruncate in a directory in which others could have put links.
Result<void> rotate(const LogPlace& place, const Log& log, const RotateRules& rules);

}  // namespace pintle::actions
