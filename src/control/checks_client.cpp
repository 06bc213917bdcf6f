#include "control/checks_client.hpp"

#include "base/text.hpp"
#include "sys/local_socket.hpp"

namespace pintle::control {

Result<void> run_checks_now(const std::string& name, const std::vector<std::string>& ids,
                            Duration timeout) {
  std::string text(kNowVerb);
  for (const std::string& id : ids) text += "\t" + id;
  const auto refused = [](std::string why) {
    return Error{"run the checks now", 0, {}, std::move(why)};
  };
  if (text.size() > sys::kLargestRequestPacket) return refused("too many ids");
  if (name.empty()) return refused("PID 1 takes no requests");
  const Fd socket = TRY(sys::send_request(name, text, timeout));
  const std::string said = TRY(sys::receive_message(socket, timeout));
  if (said == kDone) return {};
  return refused(said.empty() ? "PID 1 did not answer" : one_line(said, 200));
}

}  // namespace pintle::control
