// fetch/route.hpp - the way to a web server: straight, or through a proxy.
#pragma once

#include <string>

#include "base/result.hpp"
#include "fetch/connection.hpp"
#include "fetch/proxy.hpp"

namespace pintle::fetch {

/// A connection in which `url` can be asked for, by TLS with its host itself where it says https: a
/// proxy then passes on what it cannot read (RFC 9110 section 9.3.6). With a proxy and http it is
/// the proxy that is asked. `ca` is a PEM file; empty: the usual ones. `proxy` may be null.
/// Errors: those of Connection; a proxy that does not let us through.
Result<Connection> connect(const config::HttpUrl& url, const std::string& ca, const Proxy* proxy);

/// What a proxy is asked so that it connects to `address`. Pure.
std::string tunnel_text(const config::Address& address, const Proxy& proxy);

}  // namespace pintle::fetch
