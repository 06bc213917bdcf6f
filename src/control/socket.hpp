// control/socket.hpp - the control socket: who connects is sent the status, and nothing is read
// from him, so no client can make PID 1 wait, parse or remember anything (design section 5).
#pragma once

#include <functional>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "control/status.hpp"

namespace pintle::control {

class ControlSocket {
 public:
  /// Listens under the first free name of this container. Errors: all names are taken (EADDRINUSE);
  /// a pintle of this container answers already that does not run us as its main (EALREADY).
  static Result<ControlSocket> open(const std::string& mount_namespace);

  const Fd& descriptor() const noexcept { return listener_; }

  /// Answers those who wait, a bounded number of them. True if a refusal by the kernel (no more
  /// descriptors) makes it pointless to try again at once.
  bool serve(const std::function<std::string()>& status) const;

 private:
  explicit ControlSocket(Fd listener) noexcept : listener_(std::move(listener)) {}
  Fd listener_;
};

/// Asks the pintles of this container for their status, for at most `timeout` in all: PID 1, or
/// where that is none the one that root, we, or somebody in our control group runs; nested ones
/// come with it. Errors: nobody answers, not in time, or nobody whom we can trust.
Result<Status> ask_status(const std::string& mount_namespace, Duration timeout);

}  // namespace pintle::control
