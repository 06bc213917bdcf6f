#include "fetch/proxy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "fetch/no_proxy.hpp"
#include "fetch/url.hpp"

namespace pintle::fetch {
namespace {

using Names = std::initializer_list<std::string_view>;

Proxies::Setting first_of(const config::Request& request, Names names) {
  for (const std::string_view name : names) {
    std::string value = request.text(name);
    if (!value.empty()) return {std::string(name), std::move(value)};
  }
  return {};
}

/// The error does not show the value: in a malformed value a password may be anywhere.
Error unusable_proxy(const std::string& variable, std::string_view why) {
  return {"use the proxy of", 0, variable, std::string(why)};
}

constexpr std::string_view kForm = "write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT";

constexpr std::string_view kOthers[] = {"https", "socks", "socks4", "socks4a", "socks5", "socks5h"};

Result<void> require_http(const std::string& scheme, const std::string& variable) {
  if (scheme == "http") return {};
  if (std::find(std::begin(kOthers), std::end(kOthers), scheme) == std::end(kOthers)) {
    return unusable_proxy(variable, kForm);
  }
  return unusable_proxy(variable,
                        fmt::format("fetch does not support {} proxies; {}", scheme, kForm));
}

Result<Proxy> parse_proxy(const Proxies::Setting& setting) {
  const auto& [variable, value] = setting;
  const bool has_scheme = value.find("://") != std::string::npos;
  const std::string text = has_scheme ? value : "http://" + value;
  // A "/" would end the authority (RFC 3986 section 3.2), so the part before it would be the host.
  const std::size_t end = text.find_first_of("/?#", text.find("://") + 3);
  if (end != std::string::npos && text.find('@', end) != std::string::npos) {
    return unusable_proxy(variable, "before its @, write / as %2F, ? as %3F and # as %23");
  }
  Url url;
  if (!url.read(text, CURLU_NON_SUPPORT_SCHEME)) return unusable_proxy(variable, kForm);
  TRY(require_http(url.part(CURLUPART_SCHEME).value_or(""), variable));
  if (end != std::string::npos && text.substr(end) != "/") return unusable_proxy(variable, kForm);
  const auto user = url.part(CURLUPART_USER, CURLU_URLDECODE);
  const auto password = url.part(CURLUPART_PASSWORD, CURLU_URLDECODE);
  // libcurl would send a colon, and the server take what follows it for the password (RFC 7617).
  if (!user || !password || user->find(':') != std::string::npos) {
    return unusable_proxy(variable,
                          "its user name contains a colon, or there is a control character");
  }
  const auto place =
      config::parse_web_url(fmt::format("http://{}:{}", url.part(CURLUPART_HOST).value_or(""),
                                        url.part(CURLUPART_PORT, CURLU_DEFAULT_PORT).value_or("")));
  if (!place) return unusable_proxy(variable, kForm);
  return Proxy{place->address, *user, *password};
}

}  // namespace

Proxies proxies_in(const config::Request& request) {
  return {first_of(request, {"http_proxy", "all_proxy", "ALL_PROXY"}),
          first_of(request, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}),
          first_of(request, {"no_proxy", "NO_PROXY"}).value};
}

Result<std::optional<Proxy>> proxy_for(const config::HttpUrl& url, const Proxies& proxies) {
  const Proxies::Setting& setting = url.is_secure ? proxies.https : proxies.http;
  if (setting.value.empty() || is_exempt(url.address, proxies.exempt))
    return std::optional<Proxy>();
  return std::optional<Proxy>(TRY(parse_proxy(setting)));
}

std::string shown(const Proxy& proxy) {
  return config::authority_of(proxy.address);
}

}  // namespace pintle::fetch
