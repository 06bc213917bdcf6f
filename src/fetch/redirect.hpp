// fetch/redirect.hpp - the target of a redirection, and the headers that may be sent there. Pure.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "config/address.hpp"
#include "fetch/request.hpp"

namespace pintle::fetch {

/// True for the statuses that redirect to another URL (RFC 9110 section 15.4).
bool is_redirection(int status) noexcept;

/// The URL that `location` means in a response to `from` (RFC 3986 section 5.2; servers resolve dot
/// segments). Errors: it is not a URL; it redirects from https to http.
Result<config::HttpUrl> redirected(const config::HttpUrl& from, std::string_view location);

/// The order for `to`, after `order` was redirected there. Credentials are kept only if scheme,
/// host and port are the same; otherwise only those headers are kept that cannot contain a secret.
Order redirected_to(const config::HttpUrl& to, const Order& order);

}  // namespace pintle::fetch
