// sys/local_socket.hpp - Unix sockets in the abstract namespace (unix(7)): there is no file, so no
// writable directory is needed. They use sequenced packets: a message arrives completely or not at
// all.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

/// The largest message that is sent or received, in bytes.
inline constexpr std::size_t kLargestMessage = 128U << 10U;

struct Peer {
  pid_t pid;  ///< 0: it is in another PID namespace
  uid_t uid;
  gid_t gid;
};

/// A socket with a name that the kernel has chosen (unix(7), autobind), or with a random name.
struct NamedSocket {
  Fd socket{};
  std::string name{};
};

/// Listens on any free abstract name; non-blocking. Errors: those of socket(2) and bind(2).
Result<NamedSocket> listen_anywhere();

/// Listens on the abstract name `name`; non-blocking. Errors: EADDRINUSE if it is in use.
Result<Fd> listen_local(std::string_view name) noexcept;

/// Accepts one waiting connection, which is non-blocking; nullopt if none is waiting. Errors: those
/// of accept4(2).
Result<std::optional<Fd>> accept_local(const Fd& listener) noexcept;

/// Connects to `name`. Errors: ECONNREFUSED if nobody listens; EAGAIN if the listener's queue stays
/// full for `timeout`.
Result<Fd> connect_local(std::string_view name, Duration timeout) noexcept;

/// Connects to `name` without waiting; the socket is non-blocking. Errors: as above.
Result<Fd> try_connect_local(std::string_view name) noexcept;

/// The process at the other end. For a client, that is the process that called listen(2). unix(7),
/// SO_PEERCRED.
Result<Peer> peer_of(const Fd& socket) noexcept;

/// Sends one message without waiting. Errors: those of send(2).
Result<void> send_message(const Fd& socket, std::string_view message) noexcept;

/// Waits up to `timeout` for one message. Errors: ETIMEDOUT; those of recv(2).
Result<std::string> receive_message(const Fd& socket, Duration timeout);

// --- requests: single packets, each with its sender ---------------------------------------
//

/// The largest request that is accepted, in bytes. A larger one is ignored completely.
inline constexpr std::size_t kLargestRequestPacket = 4096;

/// Whether senders may send descriptors. A descriptor that arrives is closed in any case:
/// sd_notify(3) sends one as a barrier and waits until it is closed.
enum class Descriptors : bool { refused, closed };

/// A socket that receives requests; non-blocking. Errors: those of socket(2) and bind(2).
Result<NamedSocket> listen_for_requests(Descriptors descriptors = Descriptors::refused);

struct Packet {
  std::string text;
  Peer from;  ///< from the kernel; pid 0 if the packet is not a request, its text is empty then
  /// For answer_packet(). Empty if the sender has no name, or if its name is a path: the sender
  /// chooses that path, so it may block, or be the socket of another process.
  std::string answer_to{};
};
/// Receives one waiting packet; nullopt if there is none. Closes descriptors that it contains.
/// Errors: those of recvmsg(2).
Result<std::optional<Packet>> receive_packet(const Fd& socket);

/// Replies to a packet that was received on `socket`, without waiting. Errors: those of sendto(2).
Result<void> answer_packet(const Fd& socket, const std::string& to, std::string_view text);

/// Sends `text` to the datagram socket `target`, a path, or "@" and an abstract name, without
/// waiting (sd_notify(3)). Errors: the name is too long for unix(7); those of sendto(2).
Result<void> send_notification(const std::string& target, std::string_view text);

/// Sends `text` to `name` and returns the socket that will receive the reply, from that name only.
/// Errors: those of connect(2) and send(2); EAGAIN if nobody reads for `timeout`.
Result<Fd> send_request(const std::string& name, std::string_view text, Duration timeout);

}  // namespace pintle::sys
