#include "init/notify_socket.hpp"

#include <fmt/format.h>

#include "base/log.hpp"

namespace pintle::init {
namespace {

constexpr int kMessagesATurn = 16;

}  // namespace

void NotifySocket::receive(const Heard& heard,
                           const std::function<void(const Notification&)>& each) {
  for (int i = 0; i < kMessagesATurn; ++i) {
    const auto packet = sys::receive_packet(inbox_.socket);
    if (!packet) return log::warning(packet.error().message());
    if (!*packet) return;
    if (!is_heard((*packet)->from, heard.who, heard.main, heard.main_uid)) continue;
    each(parse_notification((*packet)->text));
  }
}

void NotifySocket::remember(const Notification& said, std::string scrubbed_text) {
  if (said.says) says_ = *said.says;
  if (said.status) text_ = std::move(scrubbed_text);
}

void NotifySocket::tell(const Status& status) {
  if (!has_outer()) return;
  const std::string news = outward_.news(status);
  if (!news.empty()) pass_on(news);
}

void NotifySocket::ping(const Status& status) const {
  if (has_outer() && Outward::may_ping(status)) pass_on("WATCHDOG=1\n");
}

void NotifySocket::pass_on(std::string_view text) const {
  if (!has_outer()) return;
  const auto sent = sys::send_notification(outer_, text);
  if (!sent) log::write({.level = log::Level::debug, .text = sent.error().message()});
}

}  // namespace pintle::init
