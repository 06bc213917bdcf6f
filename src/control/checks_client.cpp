#include "control/checks_client.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "sys/local_socket.hpp"

namespace pintle::control {

namespace {

Error refused(std::string why) {
  return {"run the checks now", 0, {}, std::move(why)};
}

Result<void> ask_one(const Status& status, const std::vector<std::string>& ids, Duration timeout) {
  std::string text(kNowVerb);
  for (const std::string& id : ids) text += "\t" + id;
  if (text.size() > sys::kLargestRequestPacket) return refused("too many ids");
  if (status.requests.empty()) return refused("PID 1 accepts no requests");
  const Fd socket = TRY(sys::send_request(status.requests, text, timeout));
  const std::string said = TRY(sys::receive_message(socket, timeout));
  if (said == kDone) return {};
  return refused(said.empty() ? "PID 1 did not reply" : one_line(said, 200));
}

bool has_check(const Status& status, const std::string& id) {
  return std::any_of(status.checks.begin(), status.checks.end(),
                     [&](const auto& check) { return check.id == id; });
}

}  // namespace

Result<void> run_checks_now(const Status& status, const std::vector<std::string>& ids,
                            Duration timeout) {
  // An id that no nested pintle has goes to the outermost pintle, which replies that there is no
  // such check.
  std::vector<std::string> own = ids;
  for (const Status& one : status.nested) {
    std::vector<std::string> its;
    std::erase_if(own, [&](const std::string& id) {
      const bool is_its = has_check(one, id) && !has_check(status, id);
      if (is_its) its.push_back(id);
      return is_its;
    });
    const bool is_asked = one.silence.empty() && (ids.empty() || !its.empty());
    if (is_asked) TRY(ask_one(one, its, timeout));
  }
  return ids.empty() || !own.empty() ? ask_one(status, own, timeout) : Result<void>();
}

}  // namespace pintle::control
