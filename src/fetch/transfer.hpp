// fetch/transfer.hpp - one GET, by libcurl: connection, proxy, TLS and HTTP/1.1. The server is not
// trusted: its head has a largest size, it must be sound (http/head.hpp), and a silent connection
// is given up.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "fetch/proxy.hpp"
#include "fetch/record.hpp"
#include "fetch/request.hpp"
#include "http/head.hpp"

namespace pintle::fetch {

/// The longest time without any data, in either direction.
inline constexpr Duration kIdleTimeout = std::chrono::seconds(30);

/// What is known of a response once its head is there.
struct Reply {
  http::Head head{};
  Validators validators{};
  std::string location{};              ///< empty: none
  std::string content_range{};         ///< RFC 9110 section 14.4; empty: none
  std::chrono::seconds retry_after{};  ///< from now on; 0: the server does not say
};

/// Where a response goes. Both return true if more is wanted: the content, or more of it. An error
/// of either ends the transfer, and is its error.
struct Receiver {
  std::function<Result<bool>(const Reply& reply)> head;  ///< of the final response
  std::function<Result<bool>(std::string_view piece)> content;
};

/// How a transfer ended whose head arrived.
struct Arrival {
  Reply reply{};
  std::optional<Error> cut{};  ///< why its content is incomplete, if it is
};

/// Sends `order` with the headers `more` besides its own, through `proxy` if that is not null, and
/// passes the response on. With https, TLS is with the URL's host itself: a proxy only passes bytes
/// on that it cannot read (RFC 9110 section 9.3.6). Errors: no connection; the certificate is not
/// trusted; the proxy refuses; there is no sound head; those of `receiver`.
Result<Arrival> transfer(const Order& order, const Headers& more, const Proxy* proxy,
                         const Receiver& receiver);

/// The error of a response whose status is not the expected one: "HTTP status 404 Not Found".
Error unusable(const http::Head& head);

}  // namespace pintle::fetch
