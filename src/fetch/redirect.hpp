// fetch/redirect.hpp - where a redirection leads, and what may be told there. Pure.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "config/address.hpp"
#include "fetch/request.hpp"

namespace pintle::fetch {

/// True for the statuses that name another place for what was asked (RFC 9110 section 15.4).
bool is_redirection(int status) noexcept;

/// What `location` means in an answer to `from` (RFC 3986 section 5.2, without dot segments, which
/// servers resolve). Errors: no such URL; from https to http.
Result<config::HttpUrl> redirected(const config::HttpUrl& from, std::string_view location);

/// What of `headers` may be sent to `to` after `from`: all of them to the same scheme, host and
/// port, else only those in which no secret can be.
Headers headers_for(const config::HttpUrl& to, const config::HttpUrl& from, const Headers& headers);

}  // namespace pintle::fetch
