// sys/walk.hpp - reaches a directory by its path, one component after the other, so that no
// symbolic link planted by somebody with fewer rights leads us astray (CVE-2018-15687 and its kin).
#pragma once

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

/// Opens the directory `path`. Missing components are made if `missing` says so, parents with mode
/// 0755, the last with 0700. A symbolic link is followed only if it and every folder passed before
/// it belong to root or to us and nobody else may write there; a read-only mount counts as not
/// writable (design section 2, "Links").
/// Errors: ELOOP for a link that is not to be followed; ENOTDIR; those of openat(2), mkdirat(2).
Result<Reached> reach_directory(const std::string& path, Missing missing);

/// Opens what `path` names, whatever it is, by the same rules: a link in its last component is
/// followed only if it is to be trusted. O_PATH. Errors: those of reach_directory().
Result<Fd> reach_anything(const std::string& path);

/// Opens the regular file `path` for reading, reached by the same rules, without waiting for
/// anything. Errors: those of reach_directory() and open(2); not a regular file.
Result<Fd> open_trusted_file(const std::string& path);

/// The content of the regular file `path`, of at most `limit` bytes, reached by the same rules: so
/// are secrets and configs read that come from ConfigMap and Secret volumes (`..data`). Errors:
/// those of reach_directory() and read_file().
Result<std::string> read_trusted_file(const std::string& path, std::size_t limit);

}  // namespace pintle::sys
