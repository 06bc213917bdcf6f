#include "health/probes.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/fd.hpp"
#include "config/address.hpp"

namespace pintle::health {
namespace {

constexpr std::size_t kLargestHead = 64U << 10U;

struct SocketAddress {
  sockaddr_storage value{};
  socklen_t size = 0;
};

SocketAddress ipv4(std::uint32_t host, std::uint16_t port) noexcept {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(port);
  four.sin_addr.s_addr = host;
  SocketAddress out{{}, sizeof four};
  std::memcpy(&out.value, &four, sizeof four);
  return out;
}

SocketAddress ipv6(const in6_addr& host, std::uint16_t port) noexcept {
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(port);
  six.sin6_addr = host;
  SocketAddress out{{}, sizeof six};
  std::memcpy(&out.value, &six, sizeof six);
  return out;
}

/// "localhost" is both loopback addresses, without asking a resolver (RFC 6761, section 6.3).
std::vector<SocketAddress> resolve(const config::Address& address) {
  in_addr four{};
  in6_addr six{};
  if (address.host == "localhost") {
    return {ipv4(htonl(INADDR_LOOPBACK), address.port), ipv6(in6addr_loopback, address.port)};
  }
  if (::inet_pton(AF_INET, address.host.c_str(), &four) == 1) {
    return {ipv4(four.s_addr, address.port)};
  }
  if (::inet_pton(AF_INET6, address.host.c_str(), &six) == 1) return {ipv6(six, address.port)};
  return {};
}

Result<Fd> connect_to(const config::Address& address) {
  Error last{"connect to", EADDRNOTAVAIL, {}, {}};
  for (const SocketAddress& target : resolve(address)) {
    Fd socket(::socket(target.value.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto* raw = reinterpret_cast<const sockaddr*>(&target.value);
    if (socket && ::connect(socket.get(), raw, target.size) == 0) return socket;
    last.code = errno;
  }
  last.subject = fmt::format("{}:{}", address.host, address.port);
  return last;
}

Result<void> send_all(const Fd& socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return Error::from_errno("send the request");
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<int> receive_status(const Fd& socket) {
  std::string head;
  char chunk[4096];
  for (;;) {
    const ssize_t got = ::recv(socket.get(), chunk, sizeof chunk, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error::from_errno("receive the answer");
    if (got == 0) return Error{"use the answer", 0, {}, "the connection ended before a status"};
    head.append(chunk, static_cast<std::size_t>(got));
    const int status = final_status(head);
    if (status > 0) return status;
    if (status < 0) return Error{"use the answer", 0, {}, "it is not HTTP/1"};
    if (head.size() > kLargestHead) return Error{"use the answer", 0, {}, "its head has no end"};
  }
}

/// "HTTP/1.1 204" at the front of a line, RFC 9112 section 4; -1 if it is something else.
int status_of(std::string_view line) noexcept {
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return -1;
  int status = 0;
  for (const char digit : line.substr(9, 3)) {
    if (digit < '0' || digit > '9') return -1;
    status = status * 10 + (digit - '0');
  }
  const bool ends = line.size() == 12 || line[12] == ' ';
  return ends && status >= 100 ? status : -1;
}

}  // namespace

int final_status(std::string_view head) noexcept {
  constexpr std::string_view kName = "HTTP/1.";
  for (;;) {
    const std::string_view begin = head.substr(0, kName.size());
    if (begin != kName.substr(0, begin.size())) return -1;
    const std::size_t end = head.find("\r\n");
    if (end == std::string_view::npos) return 0;
    const int status = status_of(head.substr(0, end));
    if (status < 0 || status >= 200) return status;
    const std::size_t rest = head.find("\r\n\r\n");
    if (rest == std::string_view::npos) return 0;
    head.remove_prefix(rest + 4);
  }
}

Result<std::string> probe_http(const std::string& url) {
  const config::HttpUrl parsed = TRY(config::parse_http_url(url));
  const Fd socket = TRY(connect_to(parsed.address));
  TRY(send_all(socket, fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: pintle\r\n"
                                   "Accept: */*\r\nConnection: close\r\n\r\n",
                                   parsed.target, parsed.host_header)));
  const int status = TRY(receive_status(socket));
  if (status < 400) return fmt::format("status {}", status);
  return Error{"use the answer", 0, {}, fmt::format("status {}", status)};
}

Result<std::string> probe_tcp(const std::string& address) {
  const config::Address parsed = TRY(config::parse_address(address));
  const Fd socket = TRY(connect_to(parsed));
  return std::string("connected");
}

}  // namespace pintle::health
