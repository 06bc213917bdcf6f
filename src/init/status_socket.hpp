// init/status_socket.hpp - opens the control socket, tries again if its names are in use, and
// serves its clients.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "control/socket.hpp"
#include "init/back_off.hpp"

namespace pintle::init {

class StatusSocket {
 public:
  /// `is_wanted`: log a warning if the socket cannot be opened.
  StatusSocket(const std::string& mount_namespace, bool is_wanted)
      : mount_namespace_(mount_namespace), is_wanted_(is_wanted) {}

  /// Opens the socket if that is due. Other processes in the same network namespace may use all
  /// names and free them later, so it is tried again at growing intervals, and a line is logged
  /// when it works.
  void open_if_due(Time now);

  bool is_open() const noexcept { return socket_.has_value(); }

  /// The descriptor to poll; -1 if the socket is not open.
  int descriptor() const noexcept;

  /// Serves waiting clients, up to a fixed number; false if accepting failed.
  bool serve(const std::function<std::string()>& status) const;

  /// When open_if_due() must be called; nullopt: never.
  std::optional<Time> due() const noexcept { return open_at_; }

 private:
  void miss(const Error& error);

  const std::string& mount_namespace_;
  bool is_wanted_;
  std::optional<control::ControlSocket> socket_{};
  std::optional<Time> open_at_{Time{}};
  Duration wait_ = kBackOff;  ///< between two attempts to open it
  bool was_missed_ = false;
};

}  // namespace pintle::init
