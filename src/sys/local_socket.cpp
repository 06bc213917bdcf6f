#include "sys/local_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace pintle::sys {
namespace {

constexpr int kBacklog = 128;

struct Address {
  sockaddr_un value{};
  socklen_t size = 0;
};

/// An abstract name begins with a zero byte and ends with the address, not with another.
Address abstract(std::string_view name) noexcept {
  Address address;
  address.value.sun_family = AF_UNIX;
  const std::size_t length = std::min(name.size(), sizeof address.value.sun_path - 1);
  std::copy_n(name.data(), length, address.value.sun_path + 1);
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length);
  return address;
}

const sockaddr* raw(const Address& address) noexcept {
  return reinterpret_cast<const sockaddr*>(&address.value);
}

Result<Fd> make_socket(int flags) noexcept {
  Fd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0));
  if (!socket) return Error::from_errno("make a socket");
  return socket;
}

}  // namespace

Result<Fd> listen_local(std::string_view name) noexcept {
  Fd socket = TRY(make_socket(SOCK_NONBLOCK));
  const Address address = abstract(name);
  if (::bind(socket.get(), raw(address), address.size) < 0)
    return Error::from_errno("bind a socket");
  if (::listen(socket.get(), kBacklog) < 0) return Error::from_errno("listen on a socket");
  return socket;
}

Result<std::optional<Fd>> accept_local(const Fd& listener) noexcept {
  for (;;) {
    const int fd = ::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) return std::optional<Fd>(Fd(fd));
    if (errno == EAGAIN) return std::optional<Fd>();
    if (errno != EINTR && errno != ECONNABORTED) return Error::from_errno("accept a connection");
  }
}

Result<Fd> connect_local(std::string_view name, Duration timeout) noexcept {
  Fd socket = TRY(make_socket(0));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  const timeval limit{seconds.count(), std::chrono::microseconds(timeout - seconds).count()};
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const Address address = abstract(name);
  int result = 0;
  do result = ::connect(socket.get(), raw(address), address.size);
  while (result < 0 && errno == EINTR);
  if (result < 0) return Error::from_errno("connect");
  return socket;
}

Result<Peer> peer_of(const Fd& socket) noexcept {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0) {
    return Error::from_errno("read a peer's credentials");
  }
  return Peer{credentials.pid, credentials.uid, credentials.gid};
}

Result<void> send_message(const Fd& socket, std::string_view message) noexcept {
  ssize_t sent = 0;
  do sent = ::send(socket.get(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent < 0) return Error::from_errno("send a message");
  return {};
}

Result<std::string> receive_message(const Fd& socket, Duration timeout) {
  const Time deadline = BootClock::now() + timeout;
  for (;;) {
    const auto left = std::chrono::ceil<Duration>(deadline - BootClock::now()).count();
    pollfd source{socket.get(), POLLIN, 0};
    const int ready = ::poll(&source, 1, static_cast<int>(std::clamp<long long>(left, 0, 1 << 30)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) {
      errno = ETIMEDOUT;
      return Error::from_errno("receive a message");
    }
    const ssize_t size = ::recv(socket.get(), nullptr, 0, MSG_PEEK | MSG_TRUNC);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Error::from_errno("receive a message");
    std::string message(std::min(static_cast<std::size_t>(size), kLargestMessage), '\0');
    if (::recv(socket.get(), message.data(), message.size(), MSG_DONTWAIT) < 0) {
      return Error::from_errno("receive a message");
    }
    return message;
  }
}

}  // namespace pintle::sys
