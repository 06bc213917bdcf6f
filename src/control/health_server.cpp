#include "control/health_server.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "control/endpoint.hpp"
#include "control/socket.hpp"

namespace pintle::control {
namespace {

constexpr std::size_t kMostClients = 64;
constexpr Duration kClientTimeout(2000);
/// How long PID 1 may take to reply: less than the 1 s that a kubelet waits by default.
constexpr Duration kAnswer(800);
/// How long no client is accepted after descriptors or memory ran out.
constexpr Duration kRest(100);

struct Client {
  Fd socket;
  Time deadline;
  std::string request{};
  std::string response{};  ///< what is still to be sent
  bool is_over = false;    ///< to be closed

  bool is_asking() const noexcept { return !is_over && response.empty(); }
};

class Server {
 public:
  Server(const Fd& listener, const std::string& mount_namespace)
      : listener_(listener), mount_namespace_(mount_namespace) {}

  /// Serves the clients that are ready. False if poll(2) failed.
  bool turn() {
    if (!wait()) return false;
    const Time now = BootClock::now();
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      if (events_[i + 1].revents != 0) serve(clients_[i]);
      if (now >= clients_[i].deadline) clients_[i].is_over = true;
    }
    answer();
    std::erase_if(clients_, [](const Client& one) { return one.is_over; });
    if (events_[0].revents != 0) accept(now);
    return true;
  }

 private:
  bool wait() {
    events_.assign(1, {rest_ ? -1 : listener_.get(), POLLIN, 0});
    std::optional<Time> next = rest_;
    for (const Client& one : clients_) {
      events_.push_back(
          {one.socket.get(), static_cast<short>(one.is_asking() ? POLLIN : POLLOUT), 0});
      if (!next || one.deadline < *next) next = one.deadline;
    }
    int timeout = -1;
    if (next) {
      const auto left = std::chrono::ceil<Duration>(*next - BootClock::now()).count();
      timeout = static_cast<int>(std::max<long long>(left, 0));
    }
    const int ready = ::poll(events_.data(), events_.size(), timeout);
    if (ready < 0 && errno != EINTR) return false;
    if (rest_ && BootClock::now() >= *rest_) rest_.reset();
    return true;
  }

  static void serve(Client& client) {
    if (!client.is_asking()) return send(client);
    char chunk[2048];
    const ssize_t got = ::recv(client.socket.get(), chunk, sizeof chunk, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
      client.is_over = true;
    } else {
      client.request.append(chunk, static_cast<std::size_t>(got));
    }
  }

  static void send(Client& client) {
    const std::string& text = client.response;
    const ssize_t sent =
        ::send(client.socket.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (sent > 0) client.response.erase(0, static_cast<std::size_t>(sent));
    client.is_over = sent < 0 || client.response.empty();
  }

  /// Responds to all complete requests with one status of PID 1.
  void answer() {
    const auto has_asked = [](const Client& one) {
      return one.is_asking() && is_complete(one.request);
    };
    if (std::none_of(clients_.begin(), clients_.end(), has_asked)) return;
    const auto status = ask_status(mount_namespace_, kAnswer);
    for (Client& one : clients_) {
      if (!has_asked(one)) continue;
      one.response = respond(one.request, status);
      send(one);
    }
  }

  void accept(Time now) {
    for (;;) {
      Fd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (!socket) {
        const bool is_short = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
        if (is_short) rest_ = now + kRest;
        if (errno != ECONNABORTED && errno != EINTR) return;
        continue;
      }
      if (clients_.size() == kMostClients) clients_.erase(clients_.begin());
      clients_.push_back({std::move(socket), now + kClientTimeout});
    }
  }

  const Fd& listener_;
  const std::string& mount_namespace_;
  std::vector<Client> clients_;  // the oldest first
  std::vector<pollfd> events_;   // the listener's, then the clients'
  std::optional<Time> rest_;
};

}  // namespace

int serve_health(const Fd& listener, const std::string& mount_namespace, pid_t parent) {
  // If pintle is not PID 1, this child must end with it: the next start of pintle needs the port.
  (void)::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (::getppid() != parent) return 0;  // it exited before prctl()
  Server server(listener, mount_namespace);
  while (server.turn()) {
  }
  return 1;
}

}  // namespace pintle::control
