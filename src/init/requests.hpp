// init/requests.hpp - requests to PID 1, accepted from root and pintle's own uid only. A request is
// one packet; so is its reply, which is sent without waiting when the request is done.
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

  /// Opens the socket if that is due. After an error it is tried again later, and a line is logged
  /// when it works.
  void open_if_due(Time now);
  /// When open_if_due() must be called; nullopt: never.
  std::optional<Time> due() const noexcept { return open_at_; }

  const Fd& descriptor() const noexcept { return inbox_.socket; }
  /// The socket's name, which clients get in the status; "" if there is none.
  const std::string& name() const noexcept { return inbox_.name; }

  /// Receives waiting requests, up to a fixed number, and calls `feed` with the events for the
  /// supervisor. False if receiving failed.
  using Feed = std::function<void(const Event&)>;
  bool receive(const Feed& feed);

  /// Stores the result of a job that a client has asked for; settle() sends it. Ignores an unknown
  /// ticket.
  void conclude(const Answer& answer) noexcept;

  /// The socket of the client that gets the job's output; below zero if there is none.
  int viewer(int ticket) const noexcept;

  /// Replies to the clients whose checks have all run or whose job has ended.
  void settle();

 private:
  struct Pending {
    std::string client;
    std::vector<std::pair<const Hook*, int>> runs;  ///< each hook, and how many runs it must reach
    bool is_answered = false;
  };
  /// A client that has asked for a job.
  struct JobClient {
    int ticket;
    std::string client;
    Fd viewer;
    std::optional<Answer> reply{};  ///< the result, not sent yet
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
  std::vector<JobClient> job_clients_{};
  int last_ticket_ = 0;
};

}  // namespace pintle::init
