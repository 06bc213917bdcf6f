// init/notify.hpp - sd_notify(3) in both directions: what main says over its NOTIFY_SOCKET, and
// what an outer one is told, which is what the checks confirm.
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

/// One message: lines of NAME=VALUE. What is not known, MAINPID among it, is ignored.
struct Notification {
  std::optional<hooks::MainSays> says{};  ///< READY=1, RELOADING=1, STOPPING=1; the last counts
  std::optional<std::string> status{};
  bool is_watchdog = false;
  std::optional<Duration> extension{};  ///< EXTEND_TIMEOUT_USEC
};
Notification parse_notification(std::string_view text);

/// Who is heard: main, or everybody of its user.
bool is_heard(const sys::Peer& from, config::Notify heard, pid_t main, uid_t main_uid) noexcept;

/// What an outer NOTIFY_SOCKET is to be told next. Pure.
class Outward {
 public:
  /// What there is to say about `status`: READY=1 once, when all is ready; STOPPING=1 once; main's
  /// words when they change. "" if nothing.
  std::string news(const control::Status& status);

  /// A watchdog's ping is passed on only while main is alive and no liveness check is unhealthy.
  static bool may_ping(const control::Status& status);

 private:
  bool told_ready_ = false;
  bool told_stopping_ = false;
  std::string told_text_{};
};

}  // namespace pintle::init
