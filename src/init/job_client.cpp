#include "init/job_client.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <optional>

#include "hooks/output_copy.hpp"
#include "sys/local_socket.hpp"

namespace pintle::init {
namespace {

constexpr Duration kPatience(2000);  // for what is there already

class Watch {
 public:
  Watch(const Fd& answer, const Fd& listener, const Show& show)
      : answer_(answer), listener_(listener), show_(show) {}

  Result<JobReply> wait() {
    for (;;) {
      pollfd sources[] = {{answer_.get(), POLLIN, 0},
                          {listener_.get(), POLLIN, 0},
                          {output_ ? output_.get() : -1, POLLIN, 0}};
      if (::poll(sources, std::size(sources), -1) <= 0) continue;
      if (sources[1].revents != 0) TRY(accept());
      if (sources[2].revents != 0) read_one();
      if (sources[0].revents == 0) continue;
      const std::string packet = TRY(sys::receive_message(answer_, kPatience));
      // What the job wrote came before its end.
      while (output_ && is_readable()) read_one();
      return decode_job_reply(packet);
    }
  }

 private:
  /// PID 1 connects, as root or as ourselves; nobody else can show us anything.
  Result<void> accept() {
    auto taken = TRY(sys::accept_local(listener_));
    if (!taken || output_) return {};
    const auto peer = sys::peer_of(*taken);
    if (peer && (peer->uid == 0 || peer->uid == ::geteuid())) output_ = *std::move(taken);
    return {};
  }

  bool is_readable() const noexcept {
    pollfd source{output_.get(), POLLIN, 0};
    return ::poll(&source, 1, 0) > 0;
  }

  void read_one() {
    const auto packet = sys::receive_message(output_, kPatience);
    if (!packet || packet->empty()) return output_.reset();
    show_(packet->front() == hooks::kShownErrors, std::string_view(*packet).substr(1));
  }

  const Fd& answer_;
  const Fd& listener_;
  const Show& show_;
  Fd output_;
};

}  // namespace

Result<JobReply> run_job_now(const std::string& name, const std::string& id, const Show& show) {
  if (name.empty()) return Error{"ask PID 1", 0, {}, "it takes no requests"};
  const sys::NamedSocket viewer = TRY(sys::listen_anywhere());
  const Fd answer =
      TRY(sys::send_request(name, fmt::format("{}\t{}\t{}", kJobVerb, id, viewer.name), kPatience));
  return Watch(answer, viewer.socket, show).wait();
}

}  // namespace pintle::init
