// fetch/credentials.hpp - basic authentication (RFC 7617). Pure.
#pragma once

#include <string>

#include "base/result.hpp"

namespace pintle::fetch {

/// The value of Authorization or Proxy-Authorization. Errors: the user's name contains a colon, or
/// one of both contains a control character.
Result<std::string> basic_credentials(const std::string& user, const std::string& password);

}  // namespace pintle::fetch
