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

/// Listens at the abstract name `name`; non-blocking. Errors: EADDRINUSE when it is taken.
Result<Fd> listen_local(std::string_view name) noexcept;

/// Takes one waiting connection, non-blocking; nullopt when none waits.
/// Errors: those of accept4(2).
Result<std::optional<Fd>> accept_local(const Fd& listener) noexcept;

/// Connects to `name`. Errors: ECONNREFUSED when nobody listens there; EAGAIN when the listener's
/// queue stays full for `timeout`.
Result<Fd> connect_local(std::string_view name, Duration timeout) noexcept;

/// Who is at the other end; for a client that is who called listen(2). unix(7), SO_PEERCRED.
Result<Peer> peer_of(const Fd& socket) noexcept;

/// Sends one message without waiting. Errors: those of send(2).
Result<void> send_message(const Fd& socket, std::string_view message) noexcept;

/// Waits up to `timeout` for one message. Errors: ETIMEDOUT; those of recv(2).
Result<std::string> receive_message(const Fd& socket, Duration timeout);

}  // namespace pintle::sys
