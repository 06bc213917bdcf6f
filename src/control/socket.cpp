#include "control/socket.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "sys/local_socket.hpp"
#include "sys/process.hpp"

namespace pintle::control {
namespace {

constexpr int kNames = 8;
/// How long an outer pintle may take to reply before it counts as absent.
constexpr Duration kOuterAnswers(200);
/// How many clients are served at once: many clients must delay neither signals nor children.
constexpr int kClientsATurn = 16;

std::string name_of(const std::string& mount_namespace, int k) {
  return fmt::format("pintle/{}/{}", mount_namespace, k);
}

/// How far pintle trusts that the other end is a pintle of this container.
enum class Trust : std::uint8_t {
  none,       ///< in another PID namespace (its pid is 0), or of another user and control group
  container,  ///< another user in our control group
  owner,      ///< root or our own user
  pid1,
};

Trust trust_in(const sys::Peer& peer) {
  if (peer.pid == 1) return Trust::pid1;
  if (peer.pid <= 0) return Trust::none;
  if (peer.uid == 0 || peer.uid == ::geteuid()) return Trust::owner;
  return sys::shares_our_cgroup(peer.pid) ? Trust::container : Trust::none;
}

struct Connection {
  Fd socket{};
  sys::Peer peer{};
  Trust trust = Trust::none;
};

/// The pintles of this container, the outermost first.
struct Found {
  std::vector<Connection> connections{};
  Error why{"reach PID 1", ECONNREFUSED, {}, {}};  ///< if none was found
};

Duration left_until(Time deadline) noexcept {
  const auto left = std::chrono::duration_cast<Duration>(deadline - BootClock::now());
  return std::max(left, Duration(1));
}

/// Adds the connection to `found` if the other end is trusted.
void add(Found& found, Fd socket) {
  const auto peer = sys::peer_of(socket);
  if (!peer || peer->pid == 0) return;
  const Trust trust = trust_in(*peer);
  if (trust != Trust::none) {
    found.connections.push_back({std::move(socket), *peer, trust});
    return;
  }
  found.why.detail = fmt::format(
      "a pintle listens, but it runs as uid {} and may belong to another container; run this "
      "command as uid {}",
      peer->uid, peer->uid);
}

/// Any process in the network namespace can bind one of the names and never accept a connection, so
/// the names are first tried without waiting. Busy names are waited for only if no pintle with
/// Trust::owner was found: it may be one of them.
Found find_pintles(const std::string& mount_namespace, Time deadline) {
  Found found;
  found.why.detail = "no pintle process listens in this container; is /pintle its ENTRYPOINT?";
  std::vector<int> busy;
  for (int k = 0; k < kNames; ++k) {
    auto socket = sys::try_connect_local(name_of(mount_namespace, k));
    if (socket) {
      add(found, *std::move(socket));
    } else if (socket.error().code == EAGAIN) {
      busy.push_back(k);
    }
  }
  const auto is_owners = [](const Connection& one) { return one.trust >= Trust::owner; };
  for (const int k : busy) {
    if (std::any_of(found.connections.begin(), found.connections.end(), is_owners)) break;
    auto socket = sys::connect_local(name_of(mount_namespace, k), left_until(deadline));
    if (socket) {
      add(found, *std::move(socket));
    } else if (socket.error().code != ECONNREFUSED) {
      found.why = {"reach PID 1", socket.error().code, {}, {}};
    }
  }
  std::stable_sort(found.connections.begin(), found.connections.end(),
                   [](const auto& a, const auto& b) { return a.trust > b.trust; });
  return found;
}

Result<Status> read_status(const Connection& from, Time deadline) {
  auto message = sys::receive_message(from.socket, left_until(deadline));
  if (!message) {
    Error error = std::move(message).error();
    error.what = "get a reply from PID 1";
    return error;
  }
  Status status = TRY(decode(*message));
  status.pid = from.peer.pid;
  return status;
}

}  // namespace

Result<ControlSocket> ControlSocket::open(const std::string& mount_namespace) {
  if (!sys::is_pid1()) {
    const auto outer = ask_status(mount_namespace, kOuterAnswers);
    const bool is_nested = outer && outer->main_pid > 0 && sys::descends_from(outer->main_pid);
    if (outer && !is_nested) {
      return Error{"open the control socket",
                   EALREADY,
                   {},
                   "another pintle of this container already listens"};
    }
  }
  for (int k = 0; k < kNames; ++k) {
    auto listener = sys::listen_local(name_of(mount_namespace, k));
    if (listener) return ControlSocket(*std::move(listener));
    if (listener.error().code != EADDRINUSE) return std::move(listener).error();
  }
  return Error{"open the control socket", EADDRINUSE, {}, "all its names are in use"};
}

bool ControlSocket::serve(const std::function<std::string()>& status) const {
  for (int i = 0; i < kClientsATurn; ++i) {
    auto client = sys::accept_local(listener_);
    if (!client) return true;
    if (!*client) return false;
    const auto peer = sys::peer_of(**client);
    if (!peer || peer->pid == 0) continue;
    // PID 1 does not wait: a client that has closed or does not read loses its reply.
    (void)sys::send_message(**client, status());
  }
  return false;
}

Result<Status> ask_status(const std::string& mount_namespace, Duration timeout) {
  const Time deadline = BootClock::now() + timeout;
  Found found = find_pintles(mount_namespace, deadline);
  if (found.connections.empty()) return std::move(found).why;
  Status status = TRY(read_status(found.connections.front(), deadline));
  for (std::size_t i = 1; i < found.connections.size(); ++i) {
    const Connection& one = found.connections[i];
    auto nested = read_status(one, deadline);
    if (nested) {
      status.nested.push_back(*std::move(nested));
      continue;
    }
    status.nested.push_back({.silence = fmt::format("a nested pintle, pid {}, does not reply: {}",
                                                    one.peer.pid, nested.error().message())});
  }
  return status;
}

}  // namespace pintle::control
