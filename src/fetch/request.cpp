#include "fetch/request.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "fetch/credentials.hpp"
#include "http/field.hpp"

namespace pintle::fetch {
namespace {

Error bad(const char* what, std::string subject, std::string why) {
  return {what, 0, std::move(subject), std::move(why)};
}

/// Parses "Name: value", the form in which encode_request() writes an object's members.
Result<Header> header_in(const std::string& text) {
  const std::size_t colon = text.find(": ");
  const std::string name = text.substr(0, colon);
  const std::string shown = one_line(text.substr(0, text.find(':')), 60);
  std::string value = colon == std::string::npos ? std::string() : text.substr(colon + 2);
  while (value.ends_with(' ') || value.ends_with('\t')) value.pop_back();
  std::string wrong = http::wrong_header(name, value, http::kDownloadFields);
  if (wrong.empty()) return Header{name, std::move(value)};
  return bad("use the header", shown, std::move(wrong));
}

Result<void> add_credentials(const config::Request& request, Headers& headers) {
  if (!request.has("username")) return {};
  std::string value = TRY(basic_credentials(request.text("username"), request.text("password")));
  if (http::has_field(headers, "Authorization")) {
    return bad("use the credentials", {}, "there is also an Authorization header");
  }
  headers.emplace_back("Authorization", std::move(value));
  return {};
}

}  // namespace

Result<Order> order_in(const config::Request& request) {
  Order order;
  order.url = TRY(config::parse_web_url(request.text("url")));
  for (const std::string& text : request.texts("headers")) {
    order.headers.push_back(TRY(header_in(text)));
  }
  TRY(add_credentials(request, order.headers));
  order.ca = request.text("ca");
  order.max_size = request.number("maxSize").value_or(order.max_size);
  order.proxies = proxies_in(request);
  order.redirects = request.number("redirects").value_or(order.redirects);
  return order;
}

std::string request_text(const config::HttpUrl& url, const Headers& headers, const Proxy* proxy) {
  const bool is_for_proxy = proxy != nullptr && !url.is_secure;
  std::string text =
      fmt::format("GET {}{}{} HTTP/1.1\r\nHost: {}\r\n", is_for_proxy ? "http://" : "",
                  is_for_proxy ? url.host_header : "", url.target, url.host_header);
  if (is_for_proxy && !proxy->credentials.empty()) {
    text += fmt::format("Proxy-Authorization: {}\r\n", proxy->credentials);
  }
  text += http::fields_text({{"User-Agent", "pintle"}, {"Accept", "*/*"}}, headers);
  return text + "Accept-Encoding: identity\r\nConnection: close\r\n\r\n";
}

std::string shown(const config::HttpUrl& url) {
  const std::string path = url.target.substr(0, url.target.find('?'));
  // The path is shown whole or not at all: a part of a secret in it could not be recognized.
  constexpr std::size_t kLongest = 100;
  return fmt::format("{}://{}{}", url.is_secure ? "https" : "http", url.host_header,
                     path.size() > kLongest ? "/..." : path);
}

}  // namespace pintle::fetch
