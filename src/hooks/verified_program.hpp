// hooks/verified_program.hpp - verifies the program of a hook, or of main, in the child that is
// about to execute it. pintle-fetch computes the digest; the child opens, copies and executes.
#pragma once

#include <string>

#include "config/model.hpp"
#include "sys/spawn.hpp"

namespace pintle::hooks {

/// How the program is executed when it is verified.
enum class Execution : bool {
  sealed,  ///< as a copy that nobody can change, or itself, if it is on a read-only mount
  by_path  ///< by its path: it could have been changed since it was verified
};

/// What `verify` demands, for sys::Child. `fetch_program` is the path of pintle-fetch.
sys::Verification verification(const config::Verify& verify, const std::string& fetch_program,
                               Execution execution);

}  // namespace pintle::hooks
