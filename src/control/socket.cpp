#include "control/socket.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sys/local_socket.hpp"
#include "sys/process.hpp"

namespace pintle::control {
namespace {

constexpr int kNames = 8;
/// How long an outer pintle may take before it counts as absent.
constexpr Duration kOuterAnswers(200);
/// So that a storm of clients delays neither signals nor children.
constexpr int kClientsATurn = 16;

std::string name_of(const std::string& mount_namespace, int k) {
  return fmt::format("pintle/{}/{}", mount_namespace, k);
}

/// The other end is PID 1 of our PID namespace, or, where that is shared with other containers, a
/// process of root's or of our own. 0 means a process of another PID namespace.
bool is_pintle(const sys::Peer& peer) noexcept {
  return peer.pid == 1 || (peer.pid > 0 && (peer.uid == 0 || peer.uid == ::geteuid()));
}

Result<Fd> connect_to_pintle(const std::string& mount_namespace, Duration timeout) {
  Error last{"reach PID 1", ECONNREFUSED, {}, {}};
  for (int k = 0; k < kNames; ++k) {
    auto socket = sys::connect_local(name_of(mount_namespace, k), timeout);
    if (!socket) {
      if (socket.error().code != ECONNREFUSED) last.code = socket.error().code;
      continue;
    }
    const auto peer = sys::peer_of(*socket);
    if (peer && is_pintle(*peer)) return socket;
  }
  if (last.code == ECONNREFUSED) last.detail = "no pintle answers in this container";
  return last;
}

}  // namespace

Result<ControlSocket> ControlSocket::open(const std::string& mount_namespace) {
  if (!sys::is_pid1()) {
    if (connect_to_pintle(mount_namespace, kOuterAnswers)) {
      return Error{"open the control socket", EADDRINUSE, {}, "an outer pintle answers already"};
    }
  }
  for (int k = 0; k < kNames; ++k) {
    auto listener = sys::listen_local(name_of(mount_namespace, k));
    if (listener) return ControlSocket(*std::move(listener));
    if (listener.error().code != EADDRINUSE) return std::move(listener).error();
  }
  return Error{"open the control socket", EADDRINUSE, {}, "all its names are taken"};
}

bool ControlSocket::serve(const std::function<std::string()>& status) const {
  for (int i = 0; i < kClientsATurn; ++i) {
    auto client = sys::accept_local(listener_);
    if (!client) return true;
    if (!*client) return false;
    const auto peer = sys::peer_of(**client);
    if (!peer || peer->pid == 0) continue;
    // A client that went away or does not read has itself to blame.
    (void)sys::send_message(**client, status());
  }
  return false;
}

Result<Status> ask_status(const std::string& mount_namespace, Duration timeout) {
  const Time deadline = BootClock::now() + timeout;
  const Fd socket = TRY(connect_to_pintle(mount_namespace, timeout));
  const auto left = std::chrono::duration_cast<Duration>(deadline - BootClock::now());
  auto message = sys::receive_message(socket, std::max(left, Duration(1)));
  if (!message) {
    Error error = std::move(message).error();
    error.what = "get an answer of PID 1";
    return error;
  }
  return decode(*message);
}

}  // namespace pintle::control
