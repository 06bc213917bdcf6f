// fetch/route.hpp - connects to a web server, directly or through a proxy.
#pragma once

#include <string>

#include "base/result.hpp"
#include "fetch/connection.hpp"
#include "fetch/proxy.hpp"

namespace pintle::fetch {

/// A connection on which `url` can be requested. For https, TLS is with the URL's host itself, and
/// a proxy only passes bytes on that it cannot read (RFC 9110 section 9.3.6). For http, the request
/// goes to the proxy. `ca` is a PEM file; empty: the bundle of the image. `proxy` may be null.
/// Errors: those of Connection; the proxy refuses the connection.
Result<Connection> connect(const config::HttpUrl& url, const std::string& ca, const Proxy* proxy);

/// The request that makes a proxy connect to `address`. Pure.
std::string tunnel_text(const config::Address& address, const Proxy& proxy);

}  // namespace pintle::fetch
