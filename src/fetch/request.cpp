#include "fetch/request.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "http/field.hpp"
#include "sys/file.hpp"

namespace pintle::fetch {
namespace {

Error bad(const char* what, std::string subject, std::string why) {
  return {what, 0, std::move(subject), std::move(why)};
}

Result<Header> header_in(const std::string& text) {
  auto [name, value] = member_in(text);
  const std::string shown = one_line(text.substr(0, text.find(':')), 60);
  while (value.ends_with(' ') || value.ends_with('\t')) value.pop_back();
  std::string wrong = http::wrong_header(name, value, http::kDownloadFields);
  if (wrong.empty()) return Header{std::move(name), std::move(value)};
  return bad("use the header", shown, std::move(wrong));
}

/// RFC 7617.
Result<std::string> basic_credentials(const std::string& user, const std::string& password) {
  const bool are_values = http::is_value(user) && http::is_value(password);
  if (are_values && user.find(':') == std::string::npos) {
    return "Basic " + to_base64(user + ":" + password);
  }
  return bad("use the credentials", {},
             "the user name contains a colon, or one of both contains a control character");
}

Result<void> add_signature(const config::Request& request, Order& order) {
  Aws aws{.key_id = request.text("username"), .secret = request.text("password")};
  for (const std::string& text : request.texts("aws")) {
    const auto [name, value] = member_in(text);
    (name == "region" ? aws.region : aws.service) = value;
  }
  for (const std::string* const one : {&aws.region, &aws.service}) {
    const auto is_odd = [](char c) { return c <= ' ' || c >= 0x7f || c == ':' || c == '/'; };
    constexpr std::size_t kLongest = 64;
    if (one->empty() || one->size() > kLongest || std::any_of(one->begin(), one->end(), is_odd)) {
      return bad("sign the request", {},
                 "a region and a service have up to 64 visible characters, without : and /");
    }
  }
  if (!http::is_value(aws.key_id)) {
    return bad("sign the request", {}, "the user name contains a control character");
  }
  for (const char* const name : {"X-Amz-Date", "X-Amz-Content-Sha256"}) {
    if (!http::has_field(order.headers, name)) continue;
    return bad("sign the request", {}, fmt::format("there is also the header {}", name));
  }
  order.aws = std::move(aws);
  return {};
}

Result<void> add_credentials(const config::Request& request, Order& order) {
  if (!request.has("username")) return {};
  if (http::has_field(order.headers, "Authorization")) {
    return bad("use the credentials", {}, "there is also an Authorization header");
  }
  if (request.has("aws")) return add_signature(request, order);
  order.headers.emplace_back(
      "Authorization", TRY(basic_credentials(request.text("username"), request.text("password"))));
  return {};
}

Result<void> add_netrc(const config::Request& request, Order& order) {
  order.netrc = request.text("netrc");
  if (order.netrc.empty()) return {};
  constexpr std::size_t kLargest = 1U << 20U;
  order.netrc_content = TRY(sys::read_file(order.netrc, kLargest));
  return {};
}

}  // namespace

Header member_in(const std::string& text) {
  const std::size_t colon = text.find(": ");
  std::string value = colon == std::string::npos ? std::string() : text.substr(colon + 2);
  return {text.substr(0, colon), std::move(value)};
}

Result<Order> order_in(const config::Request& request) {
  Order order;
  order.url = TRY(config::parse_web_url(request.text("url")));
  for (const std::string& text : request.texts("headers")) {
    order.headers.push_back(TRY(header_in(text)));
  }
  TRY(add_credentials(request, order));
  TRY(add_netrc(request, order));
  order.tls.ca = request.text("ca");
  order.tls.certificate = request.text("certificate");
  order.tls.key = request.text("key");
  order.max_size = request.number("maxSize").value_or(order.max_size);
  order.proxies = proxies_in(request);
  order.redirects = request.number("redirects").value_or(order.redirects);
  const auto wait = request.number("retryAfter");
  if (wait) order.longest_wait = Duration(*wait);
  return order;
}

bool is_personal(const Order& order) noexcept {
  return !order.headers.empty() || !order.netrc.empty() || order.aws.has_value() ||
         !order.tls.certificate.empty();
}

std::string identity_of(const Order& order) {
  std::string text = fmt::format("{} {}{}\n", order.url.is_secure ? "https" : "http",
                                 order.url.host_header, order.url.target);
  text += http::fields_text({}, order.headers);
  if (order.aws) text += fmt::format("aws {}\n", order.aws->key_id);
  if (!order.tls.certificate.empty()) text += fmt::format("cert {}\n", order.tls.certificate);
  return text + order.netrc_content;
}

std::string shown(const config::HttpUrl& url) {
  const std::string path = url.target.substr(0, url.target.find('?'));
  // The path is shown whole or not at all: a part of a secret in it could not be recognized.
  constexpr std::size_t kLongest = 100;
  return fmt::format("{}://{}{}", url.is_secure ? "https" : "http", url.host_header,
                     path.size() > kLongest ? "/..." : path);
}

}  // namespace pintle::fetch
