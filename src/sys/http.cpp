#include "sys/http.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace pintle::sys {
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

Result<std::vector<SocketAddress>> look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (code != 0) return Error{"look up", 0, host, ::gai_strerror(code)};
  std::vector<SocketAddress> addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    SocketAddress address{{}, one->ai_addrlen};
    std::memcpy(&address.value, one->ai_addr, one->ai_addrlen);
    addresses.push_back(address);
  }
  ::freeaddrinfo(found);
  return addresses;
}

/// "localhost" is both loopback addresses, without asking a resolver (RFC 6761, section 6.3).
Result<std::vector<SocketAddress>> resolve(const std::string& host, std::uint16_t port,
                                           Names names) {
  using Addresses = std::vector<SocketAddress>;
  in_addr four{};
  in6_addr six{};
  if (host == "localhost") {
    return Addresses{ipv4(htonl(INADDR_LOOPBACK), port), ipv6(in6addr_loopback, port)};
  }
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1) return Addresses{ipv4(four.s_addr, port)};
  if (::inet_pton(AF_INET6, host.c_str(), &six) == 1) return Addresses{ipv6(six, port)};
  return names == Names::lookup ? look_up(host, port) : Addresses{};
}

void set_patience(const Fd& socket, std::optional<Duration> patience) noexcept {
  if (!patience) return;
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(*patience).count();
  timeval limit{};
  limit.tv_sec = micros / 1000000;
  limit.tv_usec = micros % 1000000;
  // connect(2) obeys SO_SNDTIMEO, socket(7). Without them it only takes longer.
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
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

Result<Fd> connect_to(const std::string& host, std::uint16_t port, Names names,
                      std::optional<Duration> patience) {
  Error last{"connect to", EADDRNOTAVAIL, {}, {}};
  const auto targets = TRY(resolve(host, port, names));
  for (const SocketAddress& target : targets) {
    Fd socket(::socket(target.value.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (socket) set_patience(socket, patience);
    const auto* raw = reinterpret_cast<const sockaddr*>(&target.value);
    if (socket && ::connect(socket.get(), raw, target.size) == 0) return socket;
    last.code = errno;
  }
  last.subject = fmt::format("{}:{}", host, port);
  return last;
}

Result<Fd> connect_to_path(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return Error{"connect to", 0, path, "the path is longer than a socket's may be"};
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto* raw = reinterpret_cast<const sockaddr*>(&address);
  if (socket && ::connect(socket.get(), raw, sizeof address) == 0) return socket;
  Error error = Error::from_errno("connect to");
  error.subject = path;
  return error;
}

Result<int> get_status(const Fd& socket, std::string_view host_header, std::string_view target) {
  TRY(send_all(socket, fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: pintle\r\n"
                                   "Accept: */*\r\nConnection: close\r\n\r\n",
                                   target, host_header)));
  return receive_status(socket);
}

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

}  // namespace pintle::sys
