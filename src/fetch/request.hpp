// fetch/request.hpp - reads and checks the parameters of `fetch`. The value of a variable cannot
// add a header or a line to the HTTP request.
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
  std::string ca{};   ///< a PEM file; empty: the bundle of the image
  std::int64_t max_size = std::int64_t{1} << 30U;
  std::int64_t redirects = 10;
  Proxies proxies{};
};

/// Errors: a URL, header or credentials cannot be sent. An error does not show a secret.
Result<Order> order_in(const config::Request& request);

/// The request as it is sent (RFC 9112 section 3): a GET, after which the connection is closed.
/// With a proxy and an http URL it contains the whole URL and the proxy's credentials. Pure.
std::string request_text(const config::HttpUrl& url, const Headers& headers,
                         const Proxy* proxy = nullptr);

/// A URL for messages.
std::string shown(const config::HttpUrl& url);

}  // namespace pintle::fetch
