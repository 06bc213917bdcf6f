// fetch/request.hpp - what `fetch` is to do, read from the request and judged: nothing that
// variables brought into it can add a header or a line of its own.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "config/address.hpp"
#include "config/request.hpp"
#include "fetch/proxy.hpp"

namespace pintle::fetch {

using Header = std::pair<std::string, std::string>;
using Headers = std::vector<Header>;

struct Order {
  config::HttpUrl url{};
  Headers headers{};  ///< the user's, basic authentication among them
  std::string ca{};   ///< a PEM file; empty: the usual ones
  std::int64_t max_size = std::int64_t{1} << 30U;
  std::int64_t redirects = 10;
  Proxies proxies{};
};

/// Errors: a URL, header or pair of credentials that cannot be sent. None has a secret in it.
Result<Order> order_in(const config::Request& request);

/// The request as it is sent (RFC 9112 section 3): GET, and no connection that stays. Asked by
/// http, a proxy is told the whole URL, and who we are; a server never is. Pure.
std::string request_text(const config::HttpUrl& url, const Headers& headers,
                         const Proxy* proxy = nullptr);

/// A URL for messages.
std::string shown(const config::HttpUrl& url);

}  // namespace pintle::fetch
