// actions/prune.hpp - chooses the files of a tree to remove, by age, number and total size. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace pintle::actions {

struct OldFile {
  std::int64_t modified = 0;  ///< nanoseconds since the epoch
  std::int64_t size = 0;      ///< bytes
};

struct PruneRules {
  std::optional<std::int64_t> modified_before{};  ///< nanoseconds since the epoch
  std::optional<std::int64_t> most_bytes{};
  std::optional<std::size_t> keep_last{};
};

/// The indices of the files to remove, the oldest first. The newest `keep_last` are never removed;
/// without another rule, all others are. Otherwise those that are too old are removed, and then the
/// oldest until the others have at most `most_bytes`.
std::vector<std::size_t> choose(const std::vector<OldFile>& files, const PruneRules& rules);

}  // namespace pintle::actions
