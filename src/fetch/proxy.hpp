// fetch/proxy.hpp - chooses the proxy for a URL, from the variables that curl reads. Pure.
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
  std::string user{};  ///< empty, and no password: no credentials are sent
  std::string password{};
};

/// The values of the variables. Messages may show a variable's name, but not its value, which may
/// contain a password.
struct Proxies {
  struct Setting {
    std::string variable{};
    std::string value{};
  };
  Setting http{};        ///< for http URLs
  Setting https{};       ///< for https URLs
  std::string exempt{};  ///< no_proxy
};

/// A lower-case variable has priority over the upper-case one; `all_proxy` comes last. HTTP_PROXY
/// is not read: a web server's CGI program gets a client's "Proxy:" header in it (CVE-2016-5385).
Proxies proxies_in(const config::Request& request);

/// nullopt: no proxy. Errors: the value is not "[http://][USER[:PASSWORD]@]HOST[:PORT]".
Result<std::optional<Proxy>> proxy_for(const config::HttpUrl& url, const Proxies& proxies);

/// A proxy for messages: "HOST:PORT".
std::string shown(const Proxy& proxy);

}  // namespace pintle::fetch
