// config/verify.hpp - what must be proven of a program before it is executed. Plain data, whose
// strings are never expanded.
#pragma once

#include <optional>
#include <string>

namespace pintle::config {

/// A file that must have this content: 64 digits, in lower case.
struct Pinned {
  std::string path{};
  std::string sha256{};
};

struct Verify {
  std::string sha256{};
  std::optional<Pinned> interpreter{};  ///< of a script
};

}  // namespace pintle::config
