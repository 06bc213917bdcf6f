// fetch/program.hpp - verifies a program that pintle is about to execute.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/request.hpp"

namespace pintle::fetch {

/// Verifies the content of the file that is the standard output of this process: pintle has opened
/// it, and executes it afterwards. Errors: the digest is another one, or no trust anchor has signed
/// it, is_unverified() is true for that; there are no trust anchors; those of pread(2).
Result<std::string> verify_program(const config::Request& request);

}  // namespace pintle::fetch
