#include "fetch/download.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>

#include "base/text.hpp"
#include "fetch/redirect.hpp"
#include "fetch/response.hpp"
#include "fetch/route.hpp"

namespace pintle::fetch {
namespace {

Result<void> receive_body(Connection& connection, const http::Response& response,
                          std::int64_t limit, const Sink& sink) {
  http::Body body = TRY(http::Body::begin(response.head, limit));
  std::array<char, 65536> chunk{};
  if (TRY(body.feed(response.rest, sink))) return {};
  while (!TRY(body.feed({}, sink))) {
    const std::size_t got = TRY(connection.read(chunk));
    if (got == 0) return body.end();
    if (TRY(body.feed({chunk.data(), got}, sink))) return {};
  }
  return {};
}

/// The result of one request: a redirection to `location`, or a finished download.
struct Outcome {
  std::string location{};
  Validators validators{};
  bool is_unchanged = false;
};

Result<Outcome> ask(const Order& order, const Proxy* proxy, const std::optional<Record>& known,
                    const Sink& sink) {
  Headers headers = order.headers;
  const Headers asked = known ? TRY(conditions(*known, order.url, headers)) : Headers();
  headers.insert(headers.end(), asked.begin(), asked.end());
  Connection connection = TRY(connect(order.url, order.ca, proxy));
  TRY(connection.write(request_text(order.url, headers, proxy)));
  const http::Response response = TRY(receive_head(connection));
  const http::Head& head = response.head;
  if (is_redirection(head.status) && !head.location.empty())
    return Outcome{.location = head.location};
  constexpr int kNotModified = 304;
  if (head.status == kNotModified && !asked.empty()) return Outcome{.is_unchanged = true};
  if (head.status != 200) return unusable(head);
  if (head.is_encoded) return Error{"use the response", 0, {}, http::kCompressed};
  TRY(receive_body(connection, response, order.max_size, sink));
  return Outcome{.validators = validators_in(head)};
}

/// Decides for each URL of a redirection again whether a proxy is used.
Result<Outcome> ask_by_its_way(const Order& order, const std::optional<Record>& known,
                               const Sink& sink) {
  const auto failed = [&](const std::string& why) {
    return Error{"fetch", 0, shown(order.url), why};
  };
  const auto proxy = proxy_for(order.url, order.proxies);
  if (!proxy) return failed(proxy.error().message());
  auto outcome = ask(order, *proxy ? &**proxy : nullptr, known, sink);
  if (outcome) return outcome;
  const std::string way = *proxy ? fmt::format("through the proxy {}: ", shown(**proxy)) : "";
  return failed(way + outcome.error().message());
}

}  // namespace

Result<Delivery> download(const Order& order, const std::optional<Record>& known,
                          const Sink& sink) {
  Order now = order;
  std::optional<Error> refused;
  const Sink watched = [&](std::string_view piece) {
    Result<void> taken = sink(piece);
    if (!taken) refused = taken.error();
    return taken;
  };
  for (std::int64_t followed = 0;; ++followed) {
    const auto outcome = ask_by_its_way(now, known, watched);
    if (refused) return *refused;
    if (!outcome) return outcome.error();
    if (outcome->location.empty()) {
      return Delivery{now.url, now.headers, outcome->validators, outcome->is_unchanged};
    }
    if (followed == order.redirects) {
      return Error{"fetch", 0, shown(order.url),
                   fmt::format("it is redirected more than {} times", order.redirects)};
    }
    config::HttpUrl to = TRY(redirected(now.url, outcome->location));
    now.headers = headers_for(to, now.url, now.headers);
    now.url = std::move(to);
  }
}

}  // namespace pintle::fetch
