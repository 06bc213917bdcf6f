// sys/new_file.hpp - puts a file in its place all at once: written beside it, synced, renamed.
// Whoever looks sees the old file or the new one, never a part, whatever happens in between. Until
// it is whole it has no name, where the file system can do that (O_TMPFILE, open(2)): even SIGKILL
// leaves nothing behind.
#pragma once

#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "sys/ownership.hpp"

namespace pintle::sys {

class NewFile {
 public:
  /// Begins a file at `path`, whose directory must exist and is reached as walk.hpp says. Mode 0600
  /// until finish(). Without finish() it is gone when this ends.
  /// Errors: those of reach_directory() and openat(2).
  static Result<NewFile> begin(const std::string& path);

  /// The same for `name` in a directory that is held already; `path` is for messages.
  static Result<NewFile> begin_in(const Fd& directory, const std::string& name,
                                  const std::string& path);

  NewFile(NewFile&&) = default;
  NewFile& operator=(NewFile&&) = delete;
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  /// Errors: those of write(2): ENOSPC, EDQUOT, EIO.
  Result<void> write(std::string_view content);
  /// The rest of `source`. Errors: those of read(2) and write(2).
  Result<void> copy_from(const Fd& source);
  /// What `source` has from `from` up to `end`, wherever it is read from otherwise. A hole at the
  /// beginning is left out, one in between stays one. Errors: those of next_content(), pread(2),
  /// lseek(2) and write(2).
  Result<void> copy_content(const Fd& source, off_t from, off_t end);
  /// For libraries that write by themselves.
  int descriptor() const noexcept { return file_.get(); }

  /// Sets owner and mode, syncs file and directory, and renames it into place: it has both before
  /// it has its name. A symbolic link that stands there is replaced, not followed. Errors: those of
  /// give_ownership(), fsync(2), renameat(2).
  Result<void> finish(const Ownership& ownership);

  // Its two halves: what can fail for lack of space or rights, and the rename.
  Result<void> prepare(const Ownership& ownership);
  Result<void> place();

  /// Instead of finish(): nothing is replaced, and it can be written to further under its name.
  /// Errors: EEXIST; those of finish() and renameat2(2).
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
  std::string temporary_;  ///< empty: it has no name yet
  Fd file_;
};

/// `path` as the directory it is in and the name it has there: "/a/b" is {"/a", "b"}, "b" {".",
/// "b"}.
struct SplitPath {
  std::string directory;
  std::string name;
};
/// Errors: a path that names no file ("", "/", "a/..", "a/").
Result<SplitPath> split_path(const std::string& path);

}  // namespace pintle::sys
