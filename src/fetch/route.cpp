#include "fetch/route.hpp"

#include <fmt/format.h>

#include "fetch/response.hpp"

namespace pintle::fetch {
namespace {

Result<void> open_tunnel(Connection& connection, const config::Address& address,
                         const Proxy& proxy) {
  TRY(connection.write(tunnel_text(address, proxy)));
  const http::Response response = TRY(receive_head(connection));
  if (response.head.status > 299) return unusable(response.head);
  // In TLS the client sends first, so bytes that have arrived already are not from the server.
  if (response.rest.empty()) return {};
  return Error{"use the response", 0, {}, "there are bytes after its head, before TLS has begun"};
}

}  // namespace

Result<Connection> connect(const config::HttpUrl& url, const std::string& ca, const Proxy* proxy) {
  Connection connection = TRY(Connection::open(proxy == nullptr ? url.address : proxy->address));
  if (!url.is_secure) return connection;
  if (proxy != nullptr) TRY(open_tunnel(connection, url.address, *proxy));
  TRY(connection.secure(url.address.host, ca));
  return connection;
}

std::string tunnel_text(const config::Address& address, const Proxy& proxy) {
  const std::string target = config::authority_of(address);
  std::string text =
      fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\nUser-Agent: pintle\r\n", target);
  if (!proxy.credentials.empty()) {
    text += fmt::format("Proxy-Authorization: {}\r\n", proxy.credentials);
  }
  return text + "\r\n";
}

}  // namespace pintle::fetch
