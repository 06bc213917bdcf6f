// init/requests.hpp - what PID 1 is asked to do: from root and its own uid only (design section 5).
// A request is one packet; its answer is one, sent without waiting when what was asked for is done.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "init/events.hpp"
#include "init/supervisor.hpp"
#include "sys/local_socket.hpp"

namespace pintle::init {

class Requests {
 public:
  explicit Requests(Supervisor& supervisor) noexcept : supervisor_(supervisor) {}

  /// Opens the socket. What keeps it from that may pass: it is tried again, and a line says when it
  /// works.
  void keep_up(Time now);
  /// When that is to be tried again.
  std::optional<Time> due() const noexcept { return open_at_; }

  const Fd& descriptor() const noexcept { return inbox_.socket; }
  /// Clients are told it in the status; "" if there is none.
  const std::string& name() const noexcept { return inbox_.name; }

  /// Takes what has come, a bounded number of requests, and tells the supervisor by `feed`.
  /// False if they cannot be read now.
  using Feed = std::function<void(const Event&)>;
  bool receive(const Feed& feed);

  /// Remembers what became of a job that somebody asked for; settle() says it. A ticket that nobody
  /// has is nothing.
  void conclude(const Answer& answer) noexcept;

  /// The socket of who wants to see what his job writes; below zero if there is none.
  int viewer(int ticket) const noexcept;

  /// Answers those for whom everything has run, and those who asked for a job that has ended.
  void settle();

 private:
  struct Pending {
    std::string client;
    std::vector<std::pair<const Hook*, int>> runs;  ///< until a hook has begun that many, and ended
    bool is_answered = false;
  };
  /// Who asked for a job.
  struct Customer {
    int ticket;
    std::string client;
    Fd viewer;
    std::optional<Answer> reply{};  ///< known, but not told yet
    bool is_answered = false;
  };

  void answer(const std::string& client, std::string_view words) const;
  void take(sys::Packet packet, const Feed& feed);
  void take_checks(std::string client, std::string_view ids, const Feed& feed);
  std::string unknown_job(std::string_view id) const;
  void take_job(std::string client, std::string_view words, const Feed& feed);
  std::vector<Hook*> checks_named(std::string_view ids, std::string& unknown);

  Supervisor& supervisor_;
  sys::NamedSocket inbox_{};
  std::optional<Time> open_at_{};
  std::vector<Pending> pending_{};
  std::vector<Customer> customers_{};
  int last_ticket_ = 0;
};

}  // namespace pintle::init
