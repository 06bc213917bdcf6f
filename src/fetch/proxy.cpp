#include "fetch/proxy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "base/text.hpp"
#include "fetch/credentials.hpp"

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
Error unusable(const std::string& variable, std::string_view why) {
  return {"use the proxy of", 0, variable, std::string(why)};
}

constexpr std::string_view kForm = "write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT";

/// Removes "http://" from the front.
Result<void> take_scheme(std::string_view& text, const std::string& variable) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos) return {};
  const std::string_view scheme = text.substr(0, end);
  constexpr std::string_view kOthers[] = {"https",   "socks",  "socks4",
                                          "socks4a", "socks5", "socks5h"};
  for (const std::string_view other : kOthers) {
    if (!equal_without_case(scheme, other)) continue;
    return unusable(variable, fmt::format("fetch does not support {} proxies; {}", other, kForm));
  }
  if (!equal_without_case(scheme, "http")) return unusable(variable, kForm);
  text.remove_prefix(end + 3);
  return {};
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Decodes percent-encoding, RFC 3986 section 2.1; nullopt if a "%" has no two digits after it.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

Result<std::string> credentials_in(std::string_view user_info, const std::string& variable) {
  const std::size_t colon = std::min(user_info.find(':'), user_info.size());
  const auto user = decoded(user_info.substr(0, colon));
  const auto password = decoded(user_info.substr(std::min(colon + 1, user_info.size())));
  if (!user || !password) {
    return unusable(variable, "before its @, write % as %25");
  }
  auto credentials = basic_credentials(*user, *password);
  if (!credentials) return unusable(variable, credentials.error().detail);
  return credentials;
}

Result<Proxy> parse_proxy(const Proxies::Setting& setting) {
  std::string_view text = setting.value;
  TRY(take_scheme(text, setting.variable));
  if (text.ends_with('/')) text.remove_suffix(1);
  Proxy proxy;
  const std::size_t at = text.rfind('@');
  const std::string_view user_info = text.substr(0, at == std::string_view::npos ? 0 : at);
  // A "/" would end the authority (RFC 3986 section 3.2), so the part before it would be the host.
  if (user_info.find_first_of("/?#") != std::string_view::npos) {
    return unusable(setting.variable, "before its @, write / as %2F, ? as %3F and # as %23");
  }
  if (!user_info.empty()) proxy.credentials = TRY(credentials_in(user_info, setting.variable));
  if (at != std::string_view::npos) text.remove_prefix(at + 1);
  const auto url = config::parse_web_url(fmt::format("http://{}", text));
  const bool is_host = url && url->host_header.size() == text.size();
  if (!is_host) return unusable(setting.variable, kForm);
  proxy.address = url->address;
  return proxy;
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
