// config/verify.hpp - what must be proven of a program before it is executed. Plain data, whose
// strings are never expanded.
#pragma once

#include <optional>
#include <string>

namespace pintle::config {

/// What proves the content of a file: one of them.
struct Evidence {
  std::string sha256{};     ///< its digest: 64 digits, in lower case
  std::string signature{};  ///< the path of its signature by a trust anchor
};

/// A file that must have such a content.
struct Pinned : Evidence {
  std::string path{};
};

struct Verify : Evidence {
  std::optional<Pinned> interpreter{};  ///< of a script
};

}  // namespace pintle::config
