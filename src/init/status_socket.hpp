// init/status_socket.hpp - keeps the control socket: opens it, tries again where its names are
// taken, and answers who connects.
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
  /// `is_wanted`: that it cannot be had is worth a warning.
  StatusSocket(const std::string& mount_namespace, bool is_wanted)
      : mount_namespace_(mount_namespace), is_wanted_(is_wanted) {}

  /// Opens it if that is due. All names may be taken by others in the same network namespace, and
  /// may come free: it is tried again, ever more rarely, and a line says when it works.
  void keep_up(Time now);

  bool is_open() const noexcept { return socket_.has_value(); }

  /// What to poll; -1 while there is nothing to serve.
  int descriptor() const noexcept;

  /// Answers a bounded number of those who wait; false if that cannot be done now.
  bool serve(const std::function<std::string()>& status) const;

  /// When keep_up() has something to do.
  std::optional<Time> due() const noexcept { return open_at_; }

 private:
  void miss(const Error& error);

  const std::string& mount_namespace_;
  bool is_wanted_;
  std::optional<control::ControlSocket> socket_{};
  std::optional<Time> open_at_{Time{}};
  Duration wait_ = kBackOff;  ///< from one attempt to open it to the next
  bool was_missed_ = false;
};

}  // namespace pintle::init
