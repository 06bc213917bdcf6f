#include "fetch/redirect.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "fetch/url.hpp"

namespace pintle::fetch {
namespace {

bool is_harmless(std::string_view name) noexcept {
  constexpr std::string_view kHarmless[] = {"Accept", "Accept-Language", "User-Agent"};
  return std::any_of(std::begin(kHarmless), std::end(kHarmless),
                     [&](std::string_view one) { return equal_without_case(one, name); });
}

}  // namespace

bool is_redirection(int status) noexcept {
  constexpr int kStatuses[] = {301, 302, 303, 307, 308};
  return std::find(std::begin(kStatuses), std::end(kStatuses), status) != std::end(kStatuses);
}

Result<config::HttpUrl> redirected(const config::HttpUrl& from, std::string_view location) {
  constexpr const char* kWhat = "follow the redirection of";
  const std::string place(location.substr(0, location.find('#')));
  if (place.empty()) return Error{kWhat, 0, shown(from), "its Location is empty"};
  Url url;
  const std::string base =
      fmt::format("{}://{}{}", from.is_secure ? "https" : "http", from.host_header, from.target);
  // Servers resolve dot segments, and send bytes that a URL must not contain.
  constexpr unsigned kFlags =
      CURLU_PATH_AS_IS | CURLU_URLENCODE | CURLU_ALLOW_SPACE | CURLU_NON_SUPPORT_SCHEME;
  if (!url.read(base, CURLU_PATH_AS_IS) || !url.read(place, kFlags)) {
    return Error{kWhat, 0, shown(from), "its Location is not a URL"};
  }
  auto to = config::parse_web_url(url.part(CURLUPART_URL).value_or(""));
  if (!to) return Error{kWhat, 0, shown(from), config::wrong_with(to)};
  if (from.is_secure && !to->is_secure) {
    return Error{kWhat, 0, shown(from), fmt::format("it would leave https for {}", shown(*to))};
  }
  return to;
}

Order redirected_to(const config::HttpUrl& to, const Order& order) {
  Order next = order;
  const config::HttpUrl& from = order.url;
  const bool is_same = to.is_secure == from.is_secure && to.address.port == from.address.port &&
                       equal_without_case(to.address.host, from.address.host);
  if (!is_same) {
    std::erase_if(next.headers, [](const Header& one) { return !is_harmless(one.first); });
    next.tls.certificate.clear();
    next.tls.key.clear();
    next.aws.reset();
    next.netrc.clear();
    next.netrc_content.clear();
  }
  next.url = to;
  return next;
}

}  // namespace pintle::fetch
