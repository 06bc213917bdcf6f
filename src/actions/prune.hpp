// actions/prune.hpp - which files of a tree go, by age, number and total size. Pure.
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

/// The indices of those that go, oldest first. The newest `keep_last` always stay; with no other
/// rule all others go. Else what is too old goes, and then the oldest until `most_bytes` hold all.
std::vector<std::size_t> choose(const std::vector<OldFile>& files, const PruneRules& rules);

}  // namespace pintle::actions
