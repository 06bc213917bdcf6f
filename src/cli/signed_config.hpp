// cli/signed_config.hpp - verifies the signature of the config before it is used.
#pragma once

#include <string>

#include "base/result.hpp"

namespace pintle::cli {

/// If the image has trust anchors: lets pintle-fetch verify that one of them has signed `text`, the
/// content of `file`. Errors: it has not; pintle-fetch is not there.
Result<void> require_signature(const std::string& file, const std::string& text);

}  // namespace pintle::cli
