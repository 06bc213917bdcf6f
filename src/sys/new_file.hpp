// sys/new_file.hpp - replaces a file atomically: writes a new file in the same directory, syncs it,
// renames it. Other processes see the old file or the new one, never a part of it. If the file
// system supports O_TMPFILE (open(2)), the new file has no name until it is complete, so that even
// SIGKILL leaves no file behind.
#pragma once

#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "sys/ownership.hpp"

namespace pintle::sys {

class NewFile {
 public:
  /// Creates a new file for `path`, with mode 0600 until finish(). The directory must exist;
  /// walk.hpp says how it is reached. Without finish(), the destructor removes the file. Errors:
  /// those of reach_directory() and openat(2).
  static Result<NewFile> begin(const std::string& path);

  /// The same for `name` in an open directory; `path` is for messages.
  static Result<NewFile> begin_in(const Fd& directory, const std::string& name,
                                  const std::string& path);

  NewFile(NewFile&&) = default;
  NewFile& operator=(NewFile&&) = delete;
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  /// Errors: those of write(2): ENOSPC, EDQUOT, EIO.
  Result<void> write(std::string_view content);
  /// Copies `source` from its file offset on. Errors: those of read(2) and write(2).
  Result<void> copy_from(const Fd& source);
  /// Copies the bytes of `source` from `from` to `end`, without its file offset. A hole at the
  /// beginning is omitted; any other hole stays a hole. Errors: those of next_content(), pread(2),
  /// lseek(2) and write(2).
  Result<void> copy_content(const Fd& source, off_t from, off_t end);
  /// Leaves it to the caller to sync the file and its directory: for one of many files.
  void leave_unsynced() noexcept { syncs_ = false; }
  /// The file's descriptor, for code that writes itself.
  int descriptor() const noexcept { return file_.get(); }

  /// Sets owner and mode, syncs the file, renames it to its path, and syncs the directory. A
  /// symbolic link at the path is replaced, not followed. Errors: those of give_ownership(),
  /// fsync(2), renameat(2).
  Result<void> finish(const Ownership& ownership);

  // The two halves of finish(): everything that can fail for lack of space or permission, and the
  // rename.
  Result<void> prepare(const Ownership& ownership);
  Result<void> place();

  /// Instead of finish(): replaces nothing, and the file can still be written. Errors: EEXIST;
  /// those of finish() and renameat2(2).
  Result<void> take_free_name(const Ownership& ownership);

 private:
  NewFile(Fd directory, std::string path, std::string name, std::string temporary, Fd file)
      : directory_(std::move(directory)),
        path_(std::move(path)),
        name_(std::move(name)),
        temporary_(std::move(temporary)),
        file_(std::move(file)) {}

  Error failed(const char* what) const;
  Result<void> name_it(std::string name);
  Result<void> copy_extent(const Fd& source, off_t from, off_t end);

  Fd directory_;
  std::string path_;
  std::string name_;
  std::string temporary_;  ///< the random name; empty: it has none
  Fd file_;
  bool syncs_ = true;
};

/// A path as its parent directory and its last component: "/a/b" is {"/a", "b"}, "b" is {".", "b"}.
struct SplitPath {
  std::string directory;
  std::string name;
};
/// Errors: `path` is not the path of a file ("", "/", "a/..", "a/").
Result<SplitPath> split_path(const std::string& path);

}  // namespace pintle::sys
