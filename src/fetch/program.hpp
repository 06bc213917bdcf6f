// fetch/program.hpp - verifies a program that pintle is about to execute.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/request.hpp"

namespace pintle::fetch {

/// Verifies the content of the file that is the standard output of this process: pintle has opened
/// it, and executes it afterwards. Errors: the digest is another one, or no trust anchor has signed
/// it, is_unverified() is true for that; there are no trust anchors; those of pread(2).
Result<std::string> verify_program(const config::Request& request);

/// Verifies the content of the config that is the standard output of this process: a trust anchor
/// must have signed it for that purpose, by the signature in the file "path".minisig, and not
/// before the oldest serial that is accepted. Does nothing if there are no trust anchors. Errors:
/// as above.
Result<std::string> verify_config(const config::Request& request);

/// The number N in the trusted comment "pintle-config v1 serial N". Errors: the comment is another
/// one; is_unverified() is true for that.
Result<std::int64_t> config_serial_in(std::string_view comment);

}  // namespace pintle::fetch
