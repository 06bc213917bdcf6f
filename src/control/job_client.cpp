#include "control/job_client.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <utility>

#include "base/text.hpp"
#include "hooks/output_copy.hpp"
#include "sys/local_socket.hpp"

namespace pintle::control {
namespace {

constexpr Duration kReadTimeout(2000);  // for a packet that poll(2) has reported
constexpr int kCheckInterval = 5000;    // milliseconds; also the limit for accepting the request
constexpr std::size_t kLongestId = 64;

class Watch {
 public:
  Watch(const Fd& answer, const Fd& listener, pid_t pintle, const JobViewer& viewer)
      : answer_(answer), listener_(listener), pintle_(pintle), viewer_(viewer) {}

  Result<JobReply> wait() {
    for (;;) {
      pollfd sources[] = {
          {answer_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}, {output_.get(), POLLIN, 0}};
      const int ready = ::poll(sources, std::size(sources), kCheckInterval);
      if (ready == 0 && !was_taken_) {
        return Error{"run the job", 0, {}, "PID 1 does not accept the request"};
      }
      if (ready == 0 && !viewer_.is_served()) {
        return Error{"wait for the job", 0, {}, "PID 1 does not reply any more"};
      }
      if (ready <= 0) continue;
      if (sources[1].revents != 0) TRY(accept());
      if (sources[2].revents != 0) (void)read_one();
      if (sources[0].revents == 0) continue;
      const std::string packet = TRY(sys::receive_message(answer_, kReadTimeout));
      // The job's output was sent before this reply.
      while (output_ && is_readable() && read_one()) {
      }
      if (is_cut_) viewer_.cut();
      return decode_job_reply(packet);
    }
  }

 private:
  /// Accepts only a connection from the pintle that got the request. By connecting, it accepts the
  /// request.
  Result<void> accept() {
    auto taken = TRY(sys::accept_local(listener_));
    if (!taken || was_taken_) return {};
    const auto peer = sys::peer_of(*taken);
    if (!peer || peer->pid != pintle_) return {};
    output_ = *std::move(taken);
    was_taken_ = true;
    return {};
  }

  bool is_readable() const noexcept {
    pollfd source{output_.get(), POLLIN, 0};
    return ::poll(&source, 1, 0) > 0;
  }

  /// Shows one packet of the output. Returns false if no more output will come.
  bool read_one() {
    const auto packet = sys::receive_message(output_, kReadTimeout);
    if (!packet || packet->empty()) {
      output_.reset();
      return false;
    }
    is_cut_ = packet->front() != hooks::kShownAll;
    viewer_.show(packet->front() == hooks::kShownErrors, std::string_view(*packet).substr(1));
    return true;
  }

  const Fd& answer_;
  const Fd& listener_;
  pid_t pintle_;
  const JobViewer& viewer_;
  Fd output_;
  bool was_taken_ = false;
  bool is_cut_ = false;  ///< there was output, and kShownAll has not come
};

}  // namespace

Result<JobReply> run_job_now(const Status& status, const std::string& id, const JobViewer& viewer) {
  if (status.requests.empty()) return Error{"ask PID 1", 0, {}, "it accepts no requests"};
  if (id.size() > kLongestId || id.find('\t') != std::string::npos) {
    return JobReply{JobReply::Kind::unknown, 0,
                    fmt::format("there is no job \"{}\"", one_line(id, kLongestId))};
  }
  const sys::NamedSocket output = TRY(sys::listen_anywhere());
  const std::string text = fmt::format("{}\t{}\t{}", kJobVerb, id, output.name);
  const Fd answer = TRY(sys::send_request(status.requests, text, kReadTimeout));
  return Watch(answer, output.socket, status.pid, viewer).wait();
}

}  // namespace pintle::control
