// sys/walk.hpp - opens a directory by its path, one component after the other, so that no symbolic
// link of a less privileged user can redirect it (as in CVE-2018-15687).
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

struct Reached {
  Fd directory;  ///< O_PATH
  bool was_made = false;
};

enum class Missing : bool { fail, make };

/// Opens the directory `path`. Creates missing components if `missing` says so, parents with mode
/// 0755, the last one with 0700. A symbolic link is followed only if it and every directory before
/// it in the path belong to root or to this process's user, and no other user can write there; a
/// read-only mount counts as not writable. Errors: ELOOP for a link that is not followed; ENOTDIR;
/// those of openat(2), mkdirat(2).
Result<Reached> reach_directory(const std::string& path, Missing missing);

/// Opens the file `path` of any type with O_PATH, by the same rules, which also apply to a link as
/// the last component. Errors: those of reach_directory().
Result<Fd> reach_anything(const std::string& path);

/// The state of the file `path`; a link is followed, stat(2). Where root may not search a
/// directory, by the rules of reach_anything(). Errors: those of stat(2) and reach_anything().
Result<struct stat> find(const std::string& path);

/// Opens the regular file `path` for reading, by the same rules, without blocking. Errors: those of
/// reach_directory() and open(2); it is not a regular file.
Result<Fd> open_trusted_file(const std::string& path);

/// Opens the file `path` of any type with O_PATH. A relative path begins in `directory`. No
/// symbolic link is followed, whoever owns it: one before the last component is an error, one as
/// the last component is what is opened. Errors: ELOOP; those of openat2(2).
Result<Fd> reach_without_links(const Fd& directory, const std::string& path);

/// Opens the regular file `path` for reading by the same rules. Errors: those of
/// reach_without_links() and open(2); it is a symbolic link, or not a regular file.
Result<Fd> open_without_links(const Fd& directory, const std::string& path);

/// The working directory, as `directory` of the two functions above. Errors: those of open(2).
Result<Fd> working_directory();

/// The content of the regular file `path`, of at most `limit` bytes, by the same rules. Secrets and
/// configs in ConfigMap and Secret volumes, which use links (`..data`), are read this way. Errors:
/// those of reach_directory() and read_file().
Result<std::string> read_trusted_file(const std::string& path, std::size_t limit);

}  // namespace pintle::sys
