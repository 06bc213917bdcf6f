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
  /// may come free: it is tried again, ever more rarely, and a line says when it works. True once:
  /// now it is open.
  bool keep_up(Time now);

  /// What to poll; -1 while there is nothing to serve.
  int descriptor() const noexcept;

  /// Answers a bounded number of those who wait; `is_ready` if poll(2) said so.
  void serve(bool is_ready, const std::function<std::string()>& status, Time now);

  /// When keep_up() or serve() has something to do though nobody connects.
  std::optional<Time> due() const noexcept;

 private:
  void miss(const Error& error);

  const std::string& mount_namespace_;
  bool is_wanted_;
  std::optional<control::ControlSocket> socket_{};
  std::optional<Time> rests_until_{};
  std::optional<Time> open_at_{Time{}};
  Duration wait_ = kBackOff;  ///< from one attempt to open it to the next
  bool was_missed_ = false;
};

}  // namespace pintle::init
