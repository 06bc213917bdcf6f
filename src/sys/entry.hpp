// sys/entry.hpp - looks at, removes and replaces single names in a directory that is open. Never
// follows a symbolic link at that name.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

/// The file that a name in a directory refers to. If it is a symbolic link, the link itself.
struct Entry {
  Fd fd;  ///< O_PATH
  struct stat info {};
};

/// Errors: those of fstat(2).
Result<struct stat> stat_of(const Fd& fd);

/// openat(2) without O_CREAT. Root opens as the owner of `directory` what only that user may open.
/// Empty, and errno, if it fails.
Fd open_in(const Fd& directory, const char* name, int flags) noexcept;

enum class Mounts : bool { stay, cross };

/// The file `name` in `directory`; nullopt if there is none. With Mounts::stay, another mount is an
/// error, EXDEV; without openat2(2), a bind mount of the same file system is not noticed. Errors:
/// those of openat2(2), fstat(2), without the path.
Result<std::optional<Entry>> look_at(const Fd& directory, const std::string& name, Mounts mounts);

/// The parent directory of a path, and the path's last component. Errors: those of split_path() and
/// reach_directory(); ENOENT if the directory does not exist.
struct Place {
  Fd directory;  ///< O_PATH
  std::string name;
};
Result<Place> reach_place(const std::string& path);

/// The names in `directory`, in no order, without "." and "..". Errors: those of openat(2),
/// readdir(3).
Result<std::vector<std::string>> names_in(const Fd& directory);

/// Removes a name; `info` says whether it is a directory. False if it did not exist any more.
/// Errors: those of unlinkat(2).
Result<bool> remove_name(const Fd& directory, const std::string& name, const struct stat& info);

/// The target of the symbolic link `entry`. Errors: those of readlinkat(2).
Result<std::string> read_link(const Entry& entry);

/// Atomically makes `name` in `directory` a symbolic link to `target`. Replaces an existing file,
/// but not a directory. Errors: those of symlinkat(2), renameat(2).
Result<void> place_link(const Fd& directory, const std::string& name, const std::string& target);

/// The oldest timestamp of the file behind `fd` (O_PATH is enough), its birth time included if the
/// file system has it; in nanoseconds since the epoch. Errors: those of statx(2) and fstat(2).
Result<std::int64_t> oldest_time(const Fd& fd);

/// Renames `from` to `to` in `directory`; replaces an existing file. Errors: those of renameat(2).
Result<void> rename_name(const Fd& directory, const std::string& from, const std::string& to);

/// The same, but only if the name `to` is free. Not atomic if the kernel or the file system does
/// not support RENAME_NOREPLACE. Errors: EEXIST; those of renameat2(2).
Result<void> rename_to_free(const Fd& directory, const std::string& from, const std::string& to);

/// Makes `to` a hard link to the file `from` in `directory`. False if the file system does not
/// support hard links, or does not allow one to this file. Errors: EEXIST; those of linkat(2).
Result<bool> link_name(const Fd& directory, const std::string& from, const std::string& to);

/// Syncs `directory`, so that its names survive a power failure, if the file system supports it.
void sync_names(const Fd& directory) noexcept;

/// Syncs the whole file system that `directory` is on, if the kernel lets us. Errors: those of
/// syncfs(2) that the disk causes.
Result<void> sync_file_system(const Fd& directory);

/// A random file name made from `name`. It begins with a dot, so that programs that read
/// directories ignore it.
std::string temporary_name(const std::string& name);

/// True if temporary_name(name) could have made `other`.
bool is_temporary_name(const std::string& other, const std::string& name);

}  // namespace pintle::sys
