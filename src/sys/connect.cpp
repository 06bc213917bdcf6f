#include "sys/connect.hpp"

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

/// "localhost" means both loopback addresses; no resolver is asked (RFC 6761, section 6.3).
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
  // connect(2) obeys SO_SNDTIMEO, socket(7). If an option cannot be set, a failure only takes
  // longer.
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
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
    return Error{"connect to", 0, path, "the path is too long for a Unix socket"};
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto* raw = reinterpret_cast<const sockaddr*>(&address);
  if (socket && ::connect(socket.get(), raw, sizeof address) == 0) return socket;
  Error error = Error::from_errno("connect to");
  error.subject = path;
  return error;
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

Result<std::size_t> receive(const Fd& socket, std::span<char> into) {
  for (;;) {
    const ssize_t got = ::recv(socket.get(), into.data(), into.size(), 0);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return Error::from_errno("receive the response");
  }
}

Result<Fd> listen_on(const std::string& host, std::uint16_t port) {
  const auto addresses = TRY(resolve(host, port, Names::none));
  Error failed{"listen on", EADDRNOTAVAIL, fmt::format("{}:{}", host, port), {}};
  if (addresses.empty()) return failed;
  const SocketAddress& address = addresses.front();
  Fd socket(::socket(address.value.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  const int off = 0;
  if (socket) (void)::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.value.ss_family == AF_INET6) {
    (void)::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  const auto* raw = reinterpret_cast<const sockaddr*>(&address.value);
  const bool listens = socket && ::bind(socket.get(), raw, address.size) == 0 &&
                       ::listen(socket.get(), SOMAXCONN) == 0;
  if (listens) return socket;
  failed.code = errno;
  return failed;
}

}  // namespace pintle::sys
