// control/socket.hpp - the control socket: PID 1 sends its status to each client and reads nothing,
// so no client can make PID 1 wait, parse or store anything.
#pragma once

#include <functional>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "control/status.hpp"

namespace pintle::control {

class ControlSocket {
 public:
  /// Listens on the first free name of this container. Errors: all names are in use (EADDRINUSE);
  /// another pintle of this container listens already, and this process does not descend from its
  /// main process (EALREADY).
  static Result<ControlSocket> open(const std::string& mount_namespace);

  const Fd& descriptor() const noexcept { return listener_; }

  /// Sends the status to waiting clients, up to a fixed number of them. True if accept4(2) failed,
  /// for example because there are no more descriptors: trying again at once would fail again.
  bool serve(const std::function<std::string()>& status) const;

 private:
  explicit ControlSocket(Fd listener) noexcept : listener_(std::move(listener)) {}
  Fd listener_;
};

/// Returns the status of this container's pintles; takes at most `timeout`. The outermost pintle is
/// PID 1, otherwise one that root, our own user, or a process in our control group runs; the nested
/// ones are in Status::nested. Errors: no pintle listens, none replies in time, or none is trusted.
Result<Status> ask_status(const std::string& mount_namespace, Duration timeout);

}  // namespace pintle::control
