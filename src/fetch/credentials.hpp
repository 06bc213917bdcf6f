// fetch/credentials.hpp - basic authentication (RFC 7617). Pure.
#pragma once

#include <string>

#include "base/result.hpp"

namespace pintle::fetch {

/// The value of Authorization or Proxy-Authorization. Errors: a colon in the user's name, a control
/// character in either.
Result<std::string> basic_credentials(const std::string& user, const std::string& password);

}  // namespace pintle::fetch
