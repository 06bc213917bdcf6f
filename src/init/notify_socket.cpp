#include "init/notify_socket.hpp"

#include <cerrno>

#include "base/log.hpp"
#include "init/back_off.hpp"

namespace pintle::init {
namespace {

constexpr int kMessagesATurn = 16;

}  // namespace

bool NotifySocket::receive(const Heard& heard,
                           const std::function<void(const Notification&)>& each) {
  for (int i = 0; i < kMessagesATurn; ++i) {
    const auto packet = sys::receive_packet(inbox_.socket);
    if (!packet) {
      log::warning(packet.error().message());
      return false;
    }
    if (!*packet) break;
    if (!is_heard((*packet)->from, heard.who, heard.main, heard.main_uid)) continue;
    each(parse_notification((*packet)->text));
  }
  return true;
}

void NotifySocket::remember(const Notification& said, std::string scrubbed_text) {
  if (said.says) says_ = *said.says;
  if (said.status) text_ = std::move(scrubbed_text);
}

void NotifySocket::tell(const control::Status& status, Time now) {
  if (again_ && now < *again_) return;
  again_.reset();
  Outward told = outward_;
  const std::string news = told.news(status);
  if (!news.empty() && !pass_on(news)) {
    again_ = now + kBackOff;
    return;
  }
  outward_ = std::move(told);
}

void NotifySocket::ping(const control::Status& status) const {
  if (has_outer() && Outward::may_ping(status)) (void)pass_on("WATCHDOG=1\n");
}

bool NotifySocket::pass_on(std::string_view text) const {
  if (!has_outer()) return true;
  const auto sent = sys::send_notification(outer_, text);
  if (sent) return true;
  log::write({.level = log::Level::debug, .text = sent.error().message()});
  return sent.error().code != EAGAIN;
}

}  // namespace pintle::init
