// sys/entry.hpp - single names in directories that are held by descriptor: looked at, removed and
// replaced without ever following a symbolic link that stands there.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

/// What a name in a directory stands for: the thing itself, a link included.
struct Entry {
  Fd fd;  ///< O_PATH
  struct stat info {};
};

/// Errors: those of fstat(2).
Result<struct stat> stat_of(const Fd& fd);

enum class Mounts : bool { stay, cross };

/// The thing that `name` is in `directory`; nullopt when there is none. With Mounts::stay another
/// mount is EXDEV; a bind mount too where the kernel has openat2(2), else st_dev has to tell.
/// Errors: those of openat2(2), fstat(2); the caller names the path.
Result<std::optional<Entry>> look_at(const Fd& directory, const std::string& name, Mounts mounts);

/// The directory that a path's last component is in, and that component. Errors: those of
/// split_path() and reach_directory(); a directory that is missing is ENOENT.
struct Place {
  Fd directory;  ///< O_PATH
  std::string name;
};
Result<Place> reach_place(const std::string& path);

/// The names in `directory`, in no order, without "." and "..". Errors: those of openat(2),
/// readdir(3).
Result<std::vector<std::string>> names_in(const Fd& directory);

/// Removes a name; `info` says whether it is a directory. True if it was still there.
/// Errors: those of unlinkat(2).
Result<bool> remove_name(const Fd& directory, const std::string& name, const struct stat& info);

/// Where the symbolic link `entry` leads. Errors: those of readlinkat(2).
Result<std::string> read_link(const Entry& entry);

/// Makes `name` in `directory` a symbolic link to `target`, in one step; what stands there is
/// replaced, unless it is a directory. Errors: those of symlinkat(2), renameat(2).
Result<void> place_link(const Place& place, const std::string& target);

/// The oldest of the times that the file system tells of the thing behind `fd` (O_PATH will do),
/// its birth among them where that is known: in nanoseconds since the epoch. Errors: those of
/// statx(2) and fstat(2).
Result<std::int64_t> oldest_time(const Fd& fd);

/// Renames `from` in `directory`; what has the name `to` there is replaced. Errors: those of
/// renameat(2).
Result<void> rename_name(const Fd& directory, const std::string& from, const std::string& to);

/// The same for a name `to` that is free; where the kernel or the file system cannot look and
/// rename in one step, it has looked before. Errors: EEXIST; those of renameat2(2).
Result<void> rename_to_free(const Fd& directory, const std::string& from, const std::string& to);

/// Gives the file `from` in `directory` the name `to` as well, which must be free. False if the
/// file system has no such links, or allows none to that file. Errors: EEXIST; those of linkat(2).
Result<bool> link_name(const Fd& directory, const std::string& from, const std::string& to);

/// Lets the names in `directory` outlive a power cut, as far as the file system offers that.
void sync_names(const Fd& directory) noexcept;

/// A file name that nobody guesses, made of `name`; the leading dot lets programs that read folders
/// pass it over.
std::string temporary_name(const std::string& name);

/// True if temporary_name(name) could have made `other`.
bool is_temporary_name(const std::string& other, const std::string& name);

}  // namespace pintle::sys
