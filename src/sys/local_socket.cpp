#include "sys/local_socket.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace pintle::sys {
namespace {

constexpr int kBacklog = 128;

struct Address {
  sockaddr_un value{};
  socklen_t size = 0;
};

/// An abstract name begins with a zero byte. Its end is the end of the address, not a second zero
/// byte.
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

Result<Fd> make_socket(int flags, int type = SOCK_SEQPACKET) noexcept {
  Fd socket(::socket(AF_UNIX, type | SOCK_CLOEXEC | flags, 0));
  if (!socket) return Error::from_errno("make a socket");
  return socket;
}

void limit_sending(const Fd& socket, Duration timeout) noexcept {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  const timeval limit{seconds.count(), std::chrono::microseconds(timeout - seconds).count()};
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/// Room for a sender's credentials and for as many descriptors as it can send, SCM_MAX_FD.
struct Ancillary {
  static constexpr std::size_t kDescriptors = 253;
  alignas(cmsghdr) char bytes[CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(kDescriptors * sizeof(int))];
};

/// Refuses descriptors from senders, since a sender can make close(2) of one take very long. Linux
/// 6.16 has an option for this; older kernels need close_quickly().
void refuse_descriptors(const Fd& socket) noexcept {
  constexpr int kPassRights = 83;  // SO_PASSRIGHTS
  const int off = 0;
  (void)::setsockopt(socket.get(), SOL_SOCKET, kPassRights, &off, sizeof off);
}

/// Switches SO_LINGER off, with which close(2) of a TCP socket would wait, socket(7).
void close_quickly(int fd) noexcept {
  const linger none{0, 0};
  (void)::setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  ::close(fd);
}

cmsghdr* next_of(msghdr& message, cmsghdr* one) noexcept {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"  // in musl's own macro
  return CMSG_NXTHDR(&message, one);
#pragma GCC diagnostic pop
}

/// The sender of the message; pid 0 if it is unknown. Closes descriptors that the message contains.
Peer take_ancillary(msghdr& message) noexcept {
  Peer from{};
  for (cmsghdr* one = CMSG_FIRSTHDR(&message); one != nullptr; one = next_of(message, one)) {
    if (one->cmsg_level != SOL_SOCKET) continue;
    if (one->cmsg_type == SCM_CREDENTIALS) {
      ucred sender{};
      std::memcpy(&sender, CMSG_DATA(one), sizeof sender);
      from = {sender.pid, sender.uid, sender.gid};
    } else if (one->cmsg_type == SCM_RIGHTS) {
      const std::size_t count = (one->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (std::size_t i = 0; i < count; ++i) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(one) + i * sizeof fd, sizeof fd);
        close_quickly(fd);
      }
    }
  }
  return from;
}

/// True for a name in the abstract namespace, unix(7), which is not a path.
bool is_abstract(const sockaddr_un& name, socklen_t size) noexcept {
  return size > offsetof(sockaddr_un, sun_path) + 1 && name.sun_path[0] == '\0';
}

/// Sends without waiting. False: the error is in errno.
bool send_to(const Fd& socket, std::string_view text, const Address& to) noexcept {
  ssize_t sent = 0;
  do {
    sent = ::sendto(socket.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL, raw(to),
                    to.size);
  } while (sent < 0 && errno == EINTR);
  return sent >= 0;
}

Result<std::string> bind_to_random_name(const Fd& socket) {
  constexpr int kAttempts = 16;
  for (int i = 0; i < kAttempts; ++i) {
    std::uint64_t number = 0;
    if (::getrandom(&number, sizeof number, GRND_NONBLOCK) < 0) {
      return Error::from_errno("choose a name of a socket");
    }
    std::string name = fmt::format("{:016x}", number);
    const Address address = abstract(name);
    if (::bind(socket.get(), raw(address), address.size) == 0) return name;
    if (errno != EADDRINUSE) break;
  }
  return Error::from_errno("bind a socket");
}

/// Returns the name. The kernel chooses it; gVisor does not support that and returns EINVAL.
Result<std::string> bind_to_any_name(const Fd& socket) {
  Address address;
  address.value.sun_family = AF_UNIX;
  if (::bind(socket.get(), raw(address), sizeof address.value.sun_family) < 0) {
    if (errno == EINVAL) return bind_to_random_name(socket);
    return Error::from_errno("bind a socket");
  }
  address.size = sizeof address.value;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address.value), &address.size) < 0) {
    return Error::from_errno("name a socket");
  }
  const std::size_t before = offsetof(sockaddr_un, sun_path) + 1;
  return std::string(address.value.sun_path + 1, address.size - before);
}

}  // namespace

Result<Fd> listen_local(std::string_view name) noexcept {
  Fd socket = TRY(make_socket(SOCK_NONBLOCK));
  refuse_descriptors(socket);
  const Address address = abstract(name);
  if (::bind(socket.get(), raw(address), address.size) < 0)
    return Error::from_errno("bind a socket");
  if (::listen(socket.get(), kBacklog) < 0) return Error::from_errno("listen on a socket");
  return socket;
}

Result<NamedSocket> listen_anywhere() {
  NamedSocket made{TRY(make_socket(SOCK_NONBLOCK))};
  refuse_descriptors(made.socket);
  made.name = TRY(bind_to_any_name(made.socket));
  if (::listen(made.socket.get(), kBacklog) < 0) return Error::from_errno("listen on a socket");
  return made;
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
  limit_sending(socket, timeout);
  const Address address = abstract(name);
  int result = 0;
  do result = ::connect(socket.get(), raw(address), address.size);
  while (result < 0 && errno == EINTR);
  if (result < 0) return Error::from_errno("connect");
  return socket;
}

Result<Fd> try_connect_local(std::string_view name) noexcept {
  Fd socket = TRY(make_socket(SOCK_NONBLOCK));
  refuse_descriptors(socket);
  const Address address = abstract(name);
  if (::connect(socket.get(), raw(address), address.size) < 0) return Error::from_errno("connect");
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
    if (::recv(socket.get(), message.data(), message.size(), MSG_DONTWAIT) >= 0) return message;
    if (errno != EINTR) return Error::from_errno("receive a message");
  }
}

Result<NamedSocket> listen_for_requests(Descriptors descriptors) {
  NamedSocket made{TRY(make_socket(SOCK_NONBLOCK, SOCK_DGRAM))};
  const int on = 1;
  if (::setsockopt(made.socket.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0) {
    return Error::from_errno("ask for senders");
  }
  if (descriptors == Descriptors::refused) refuse_descriptors(made.socket);
  made.name = TRY(bind_to_any_name(made.socket));
  return made;
}

Result<std::optional<Packet>> receive_packet(const Fd& socket) {
  char text[kLargestRequestPacket];
  Ancillary ancillary;
  Address sender;
  iovec part{text, sizeof text};
  msghdr message{};
  message.msg_name = &sender.value;
  message.msg_namelen = sizeof sender.value;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = ancillary.bytes;
  message.msg_controllen = sizeof ancillary.bytes;
  ssize_t size = 0;
  do size = ::recvmsg(socket.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);
  if (size < 0 && errno == EAGAIN) return std::optional<Packet>();
  if (size < 0) return Error::from_errno("receive a request");
  Packet packet{{}, take_ancillary(message), {}};
  if ((message.msg_flags & MSG_TRUNC) != 0) packet.from = {};
  if (packet.from.pid == 0) return std::optional(std::move(packet));
  packet.text.assign(text, static_cast<std::size_t>(size));
  if (is_abstract(sender.value, message.msg_namelen)) {
    packet.answer_to.assign(reinterpret_cast<const char*>(&sender.value), message.msg_namelen);
  }
  return std::optional(std::move(packet));
}

Result<void> answer_packet(const Fd& socket, const std::string& to, std::string_view text) {
  Address address;
  address.size = static_cast<socklen_t>(std::min(to.size(), sizeof address.value));
  std::memcpy(&address.value, to.data(), address.size);
  if (!send_to(socket, text, address)) return Error::from_errno("answer a request");
  return {};
}

Result<void> send_notification(const std::string& target, std::string_view text) {
  const Fd socket = TRY(make_socket(0, SOCK_DGRAM));
  Address address;
  address.value.sun_family = AF_UNIX;
  if (target.size() >= sizeof address.value.sun_path) {
    return Error{"notify", ENAMETOOLONG, target, {}};
  }
  std::copy(target.begin(), target.end(), address.value.sun_path);
  const bool is_abstract = target.starts_with('@');
  if (is_abstract) address.value.sun_path[0] = '\0';
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + target.size() +
                                        (is_abstract ? 0 : 1));
  if (send_to(socket, text, address)) return {};
  Error error = Error::from_errno("notify");
  error.subject = target;
  return error;
}

Result<Fd> send_request(const std::string& name, std::string_view text, Duration timeout) {
  Fd socket = TRY(make_socket(0, SOCK_DGRAM));
  limit_sending(socket, timeout);
  (void)TRY(bind_to_any_name(socket));
  const Address address = abstract(name);
  // A connected socket receives from its peer only, unix(7).
  const bool sent = ::connect(socket.get(), raw(address), address.size) == 0 &&
                    ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL) >= 0;
  if (!sent) return Error::from_errno("send a request");
  return socket;
}

}  // namespace pintle::sys
