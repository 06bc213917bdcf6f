#include "fetch/download.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>

#include "base/text.hpp"
#include "fetch/answer.hpp"
#include "fetch/redirect.hpp"
#include "fetch/route.hpp"

namespace pintle::fetch {
namespace {

Result<void> receive_body(Connection& connection, const http::Response& answer, std::int64_t limit,
                          const Sink& sink) {
  http::Body body = TRY(http::Body::begin(answer.head, limit));
  std::array<char, 65536> chunk{};
  if (TRY(body.feed(answer.rest, sink))) return {};
  while (!TRY(body.feed({}, sink))) {
    const std::size_t got = TRY(connection.read(chunk));
    if (got == 0) return body.end();
    if (TRY(body.feed({chunk.data(), got}, sink))) return {};
  }
  return {};
}

/// One request. The location is empty when the content has been passed on.
Result<std::string> ask(const Order& order, const Proxy* proxy, const Sink& sink) {
  Connection connection = TRY(connect(order.url, order.ca, proxy));
  TRY(connection.write(request_text(order.url, order.headers, proxy)));
  const http::Response answer = TRY(receive_head(connection));
  if (is_redirection(answer.head.status) && !answer.head.location.empty()) {
    return answer.head.location;
  }
  if (answer.head.status != 200) return unusable(answer.head);
  TRY(receive_body(connection, answer, order.max_size, sink));
  return std::string();
}

/// Whether there is one is decided for each URL anew.
Result<std::string> ask_by_its_way(const Order& order, const Sink& sink) {
  const auto failed = [&](const std::string& why) {
    return Error{"fetch", 0, shown(order.url), why};
  };
  const auto proxy = proxy_for(order.url, order.proxies);
  if (!proxy) return failed(proxy.error().message());
  auto location = ask(order, *proxy ? &**proxy : nullptr, sink);
  if (location) return location;
  const std::string way = *proxy ? fmt::format("through the proxy {}: ", shown(**proxy)) : "";
  return failed(way + location.error().message());
}

}  // namespace

Result<void> download(const Order& order, const Sink& sink) {
  Order now = order;
  std::optional<Error> refused;
  const Sink watched = [&](std::string_view piece) {
    Result<void> taken = sink(piece);
    if (!taken) refused = taken.error();
    return taken;
  };
  for (std::int64_t followed = 0;; ++followed) {
    const auto location = ask_by_its_way(now, watched);
    if (refused) return *refused;
    if (!location) return location.error();
    if (location->empty()) return {};
    if (followed == order.redirects) {
      return Error{"fetch", 0, shown(order.url),
                   fmt::format("it is redirected more than {} times", order.redirects)};
    }
    config::HttpUrl to = TRY(redirected(now.url, *location));
    now.headers = headers_for(to, now.url, now.headers);
    now.url = std::move(to);
  }
}

}  // namespace pintle::fetch
