// sys/tree.hpp - walks a tree by directory descriptors. It follows no symbolic link and stays on
// one mount, whatever somebody who may write in the tree swaps meanwhile.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "sys/entry.hpp"

namespace pintle::sys {

/// Deeper folders are an error: each level holds a descriptor.
inline constexpr std::size_t kDeepestTree = 200;

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

/// Visits what is in `root`, O_PATH will do. Other mounts are counted, not visited. What vanishes
/// while it is looked at is passed over. Returns the number of mounts passed over.
/// Errors: those of openat(2), readdir(3), of the visitor; `path`, the root's, is named with them.
Result<std::size_t> visit_tree(const Fd& root, const std::string& path, const Visitor& visitor);

}  // namespace pintle::sys
