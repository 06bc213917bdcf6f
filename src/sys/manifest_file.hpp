// sys/manifest_file.hpp - reads a manifest line by line, so that it takes little memory however
// many files it names. base/manifest.hpp has the format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

struct ManifestEntry {
  std::string digest;     ///< lower-case
  std::string name;       ///< as it is written: relative names begin in the manifest's directory
  std::int64_t line = 0;  ///< from 1
};

class ManifestReader;

/// A manifest that is open, and the directory that it is in.
class ManifestFile {
 public:
  /// Errors: those of open_without_links().
  static Result<ManifestFile> open(const std::string& path);

  /// Continues with a copy in memory that nobody can change any more. Errors: those of
  /// sealed_copy(); no copy can be made here.
  Result<void> freeze();
  int descriptor() const noexcept { return file_.get(); }

  /// Reads from the beginning. Several readers, also in forked processes, do not affect each other.
  ManifestReader entries() const;

  const std::string& path() const noexcept { return path_; }
  /// O_PATH; relative names begin here.
  const Fd& directory() const noexcept { return directory_; }
  /// The path of a file that it names, as people know it.
  std::string path_of(const std::string& name) const;
  /// True if it is not frozen, and this process is not root and may write to the manifest or
  /// replace it: then what it proves holds only as long as no process of this user changes it.
  bool is_ours_to_change() const noexcept;
  /// Bytes.
  std::int64_t size() const noexcept { return size_; }

 private:
  Result<void> open_both();

  std::string path_{};
  std::string name_{};  ///< its last component
  Fd directory_{};
  Fd file_{};
  std::int64_t size_ = 0;
  bool is_frozen_ = false;
};

class ManifestReader {
 public:
  ManifestReader(int file, const std::string& path) : file_(file), path_(path) {}

  /// The next entry; nullopt at the end. Errors: a line that is not valid, "PATH:LINE: why"; the
  /// manifest names no file at all; those of pread(2).
  Result<std::optional<ManifestEntry>> next();

 private:
  Result<bool> read_line();
  Result<void> fill();
  Error wrong(std::string_view why) const;

  int file_;
  const std::string& path_;
  std::string buffer_{};
  std::size_t begin_ = 0;  ///< in the buffer, of what has not been returned
  off_t offset_ = 0;
  std::string line_{};
  std::int64_t number_ = 0;
  bool is_at_end_ = false;
  bool has_entry_ = false;
};

}  // namespace pintle::sys
