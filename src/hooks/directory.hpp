// hooks/directory.hpp - the built-in `directory`: mkdir -p, chown and chmod of one directory, which
// changes only what differs and so succeeds on a read-only root when all is as it should be.
#pragma once

#include <string>

#include "base/result.hpp"
#include "sys/walk.hpp"

namespace pintle::hooks {

struct DirectoryWish {
  std::string path;
  sys::Ownership
      ownership{};  ///< of the directory itself; a mode that is unset means 0755 when made
};

/// True if `wish` is fulfilled already. Never an error: what cannot be looked at is not.
bool is_fulfilled(const DirectoryWish& wish) noexcept;

/// Makes it so; returns a line about what was done. Errors: those of sys/walk.hpp.
Result<std::string> fulfil(const DirectoryWish& wish);

}  // namespace pintle::hooks
