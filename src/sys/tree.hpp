// sys/tree.hpp - walks a directory tree by descriptors. It follows no symbolic link and stays on
// one mount, even if another process changes the tree at the same time. It keeps few descriptors
// open, however deep the tree is.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "sys/entry.hpp"

namespace pintle::sys {

struct Visit {
  const Fd& directory;  ///< the parent directory
  const std::string& name;
  const Entry& entry;
  std::size_t depth;  ///< 0: in the tree's root directory
};

struct Visitor {
  /// Called for everything in the tree except its root; for a directory before its content.
  std::function<Result<void>(const Visit&)> each;
  /// Called for each directory after its content.
  std::function<Result<void>(const Visit&)> leave{};
  bool enters_directories = true;
};

/// Visits everything in `root` (O_PATH is enough). Skips other mounts, and files that are removed
/// or moved meanwhile. Returns the number of skipped mounts. Errors: those of refuse_vital(),
/// openat(2), readdir(3) and the visitor, with a path that begins with `path`.
Result<std::size_t> visit_tree(const Fd& root, const std::string& path, const Visitor& visitor);

/// Error if no action may walk this directory: it is the root directory, or in /proc, /sys or /dev.
/// The check does not depend on the directory's name. A separate file system in /dev, such as
/// /dev/shm, is allowed. Errors also: those of fstat(2), fstatfs(2).
Result<void> refuse_vital(const Fd& directory);

/// True if `directory` is the directory that `tree` is the state of, or is in it. Errors: those of
/// fstat(2).
Result<bool> is_within(const Fd& directory, const struct stat& tree);

/// The directory that `directory` is in, O_PATH; empty if it cannot be opened.
Fd parent_of(const Fd& directory) noexcept;

/// True if both are the state of the same file.
bool is_same(const struct stat& one, const struct stat& other) noexcept;

}  // namespace pintle::sys
