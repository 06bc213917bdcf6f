// sys/local_socket.hpp - Unix sockets in the abstract namespace (unix(7)): no file, so no writable
// directory is needed. Sequenced packets: a message arrives whole or not at all.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

/// The largest message that is sent or taken.
inline constexpr std::size_t kLargestMessage = 128U << 10U;

struct Peer {
  pid_t pid;  ///< 0: in another PID namespace
  uid_t uid;
  gid_t gid;
};

/// A socket under a name that the kernel chose (unix(7), autobind), or a random one.
struct NamedSocket {
  Fd socket{};
  std::string name{};
};

/// Listens at any abstract name; non-blocking. Errors: those of socket(2) and bind(2).
Result<NamedSocket> listen_anywhere();

/// Listens at the abstract name `name`; non-blocking. Errors: EADDRINUSE when it is taken.
Result<Fd> listen_local(std::string_view name) noexcept;

/// Takes one waiting connection, non-blocking; nullopt when none waits.
/// Errors: those of accept4(2).
Result<std::optional<Fd>> accept_local(const Fd& listener) noexcept;

/// Connects to `name`. Errors: ECONNREFUSED when nobody listens there; EAGAIN when the listener's
/// queue stays full for `timeout`.
Result<Fd> connect_local(std::string_view name, Duration timeout) noexcept;

/// Connects to `name` without waiting; the socket is non-blocking. Errors: as above.
Result<Fd> try_connect_local(std::string_view name) noexcept;

/// Who is at the other end; for a client that is who called listen(2). unix(7), SO_PEERCRED.
Result<Peer> peer_of(const Fd& socket) noexcept;

/// Sends one message without waiting. Errors: those of send(2).
Result<void> send_message(const Fd& socket, std::string_view message) noexcept;

/// Waits up to `timeout` for one message. Errors: ETIMEDOUT; those of recv(2).
Result<std::string> receive_message(const Fd& socket, Duration timeout);

// --- requests: single packets, each with who sent it and what he gave along
// -----------------------

/// The largest request that is taken; of a larger one nothing is.
inline constexpr std::size_t kLargestRequestPacket = 4096;

/// Whether what comes in may bring descriptors; they are closed in any case. sd_notify(3) sends one
/// as a barrier, and waits until it is closed.
enum class Descriptors : bool { refused, closed };

/// Where requests come in. Non-blocking. Errors: those of socket(2) and bind(2).
Result<NamedSocket> listen_for_requests(Descriptors descriptors = Descriptors::refused);

struct Packet {
  std::string text;
  Peer from;  ///< as the kernel says; pid 0 of what is no request, and has no text
  /// For answer_packet(). Empty of a sender without a name, and of one whose name is a path: the
  /// way to that is the sender's choice, may never end, and may lead to anybody's socket.
  std::string answer_to{};
};
/// One packet that waits; nullopt when there is none. Descriptors that came along are closed.
/// Errors: those of recvmsg(2).
Result<std::optional<Packet>> receive_packet(const Fd& socket);

/// Answers a packet that came in on `socket`, without waiting. Errors: those of sendto(2).
Result<void> answer_packet(const Fd& socket, const std::string& to, std::string_view text);

/// Sends `text` to the datagram socket `target`, a path or "@" and an abstract name, without
/// waiting (sd_notify(3)). Errors: a name too long for unix(7); those of sendto(2).
Result<void> send_notification(const std::string& target, std::string_view text);

/// Sends `text` to `name` and returns the socket on which the answer will come, from there only.
/// Errors: those of connect(2) and send(2); EAGAIN when nobody reads for `timeout`.
Result<Fd> send_request(const std::string& name, std::string_view text, Duration timeout);

}  // namespace pintle::sys
