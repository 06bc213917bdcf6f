// sys/tree.hpp - walks a tree by directory descriptors. It follows no symbolic link and stays on
// one mount, whatever somebody who may write in the tree swaps meanwhile. However deep it is, it
// holds few descriptors.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "sys/entry.hpp"

namespace pintle::sys {

struct Visit {
  const Fd& directory;  ///< that it is in
  const std::string& name;
  const Entry& entry;
  std::size_t depth;  ///< 0: directly in the tree's root
};

struct Visitor {
  /// For everything in the tree but its root; a directory comes before what is in it.
  std::function<Result<void>(const Visit&)> each;
  /// For each directory, after what is in it.
  std::function<Result<void>(const Visit&)> leave{};
  bool enters_directories = true;
};

/// Visits what is in `root`, O_PATH will do. Other mounts are counted, not visited. What vanishes,
/// or is moved away while it is looked at, is passed over. Returns how many mounts were passed
/// over. Errors: those of refuse_vital(), openat(2), readdir(3), of the visitor; `path`, the
/// root's, is named with them.
Result<std::size_t> visit_tree(const Fd& root, const std::string& path, const Visitor& visitor);

/// Refuses what no action may go through: the root, and what the kernel shows of itself in /proc,
/// /sys and /dev, all by what it is and not by how it is called. A file system of its own in /dev,
/// as /dev/shm is, is like any other. Errors: that; those of fstat(2), fstatfs(2).
Result<void> refuse_vital(const Fd& directory);

}  // namespace pintle::sys
