// init/notify.hpp - sd_notify(3) in both directions: messages from main to its NOTIFY_SOCKET, and
// messages from pintle to an outer NOTIFY_SOCKET, which depend on the checks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/model.hpp"
#include "control/status.hpp"
#include "hooks/health.hpp"
#include "sys/local_socket.hpp"

namespace pintle::init {

/// One message: lines of NAME=VALUE. Unknown names, and MAINPID, are ignored.
struct Notification {
  std::optional<hooks::MainSays> says{};  ///< the last of READY=1, RELOADING=1, STOPPING=1
  std::optional<std::string> status{};
  bool is_watchdog = false;
  std::optional<Duration> extension{};  ///< EXTEND_TIMEOUT_USEC
};
Notification parse_notification(std::string_view text);

/// True if messages from this sender are accepted: from main only, or from all processes of its
/// user.
bool is_heard(const sys::Peer& from, config::Notify heard, pid_t main, uid_t main_uid) noexcept;

/// Decides what to send to an outer NOTIFY_SOCKET. Pure.
class Outward {
 public:
  /// The message for `status`: READY=1 once, when the container is ready; STOPPING=1 once; main's
  /// STATUS= when it changes. "" if there is nothing new.
  std::string news(const control::Status& status);

  /// True if main's WATCHDOG=1 may be passed on: main runs and no liveness check is unhealthy.
  static bool may_ping(const control::Status& status);

 private:
  bool told_ready_ = false;
  bool told_stopping_ = false;
  std::string told_text_{};
};

}  // namespace pintle::init
