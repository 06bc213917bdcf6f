// fetch/request.hpp - reads and checks the parameters of `fetch`. The value of a variable cannot
// add a header or a line to the HTTP request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/address.hpp"
#include "config/request.hpp"
#include "fetch/proxy.hpp"
#include "fetch/trust.hpp"

namespace pintle::fetch {

using Header = std::pair<std::string, std::string>;
using Headers = std::vector<Header>;

/// How a request is signed (AWS Signature Version 4).
struct Aws {
  std::string region{};
  std::string service{};
  std::string key_id{};
  std::string secret{};
};

/// A download as the config wants it: URL, headers, credentials and limits.
struct Order {
  config::HttpUrl url{};
  Headers headers{};  ///< the user's, basic authentication among them
  Tls tls{};
  std::string netrc{};          ///< a file with the credentials for each host; empty: none
  std::string netrc_content{};  ///< what is in it
  std::optional<Aws> aws{};
  std::int64_t max_size = std::int64_t{1} << 30U;
  std::int64_t redirects = 10;
  Duration longest_wait = std::chrono::minutes(1);  ///< that a server may ask for by Retry-After
  Proxies proxies{};
};

/// Parses "NAME: VALUE", the form in which encode_request() writes an object's members.
Header member_in(const std::string& text);

/// Reads the parameters of `request`. Errors: a URL, header or credentials cannot be sent; the
/// netrc file cannot be read. An error does not show a secret.
Result<Order> order_in(const config::Request& request);

/// Everything that may decide which content a server sends. Contains secrets if is_personal().
/// Pure.
std::string identity_of(const Order& order);

/// True if the request tells the server more than the URL: headers, credentials or a certificate.
bool is_personal(const Order& order) noexcept;

/// A URL for messages.
std::string shown(const config::HttpUrl& url);

}  // namespace pintle::fetch
