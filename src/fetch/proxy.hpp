// fetch/proxy.hpp - which proxy a URL is asked through, by the variables that curl reads. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/address.hpp"
#include "config/request.hpp"

namespace pintle::fetch {

struct Proxy {
  config::Address address{};
  std::string credentials{};  ///< the value of Proxy-Authorization; empty: none is sent
};

/// What the variables say. A name is for messages; a value is not, since there may be a password in
/// it.
struct Proxies {
  struct Setting {
    std::string variable{};
    std::string value{};
  };
  Setting http{};   ///< for http URLs
  Setting https{};  ///< for https URLs
  std::string exempt{};
};

/// The lower-case variable counts before the upper-case one, and `all_proxy` last. HTTP_PROXY is
/// not read: where a web server starts programs it is what a client sent as "Proxy:"
/// (CVE-2016-5385).
Proxies proxies_in(const config::Request& request);

/// nullopt: none. Errors: a proxy that is not "[http://][USER[:PASSWORD]@]HOST[:PORT]".
Result<std::optional<Proxy>> proxy_for(const config::HttpUrl& url, const Proxies& proxies);

/// True if `no_proxy`, a list with commas, names `address`: "*", a host name (and all below it), an
/// address, a network ("10.0.0.0/8"); each but the first with ":PORT" for that port alone.
bool is_exempt(const config::Address& address, std::string_view no_proxy);

/// A proxy for messages: "HOST:PORT".
std::string shown(const Proxy& proxy);

}  // namespace pintle::fetch
