#include "init/status_socket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "base/log.hpp"

namespace pintle::init {
namespace {

constexpr Duration kLongestWait(60'000);

}  // namespace

bool StatusSocket::keep_up(Time now) {
  if (!open_at_ || now < *open_at_) return false;
  open_at_ = now + wait_;
  wait_ = std::min(wait_ * 2, kLongestWait);
  auto opened = control::ControlSocket::open(mount_namespace_);
  if (!opened) {
    miss(opened.error());
    return false;
  }
  socket_ = *std::move(opened);
  open_at_.reset();
  if (was_missed_) log::warning("'pintle health' and 'pintle status' work from now on");
  return true;
}

void StatusSocket::miss(const Error& error) {
  const bool is_for_good = error.code == EALREADY;
  if (is_for_good) open_at_.reset();
  if (std::exchange(was_missed_, true) || !is_wanted_) return;
  log::warning(fmt::format("{}; 'pintle health' and 'pintle status' do not work{}", error.message(),
                           is_for_good ? "" : " until it can be opened"));
}

int StatusSocket::descriptor() const noexcept {
  return socket_ && !rests_until_ ? socket_->descriptor().get() : -1;
}

void StatusSocket::serve(bool is_ready, const std::function<std::string()>& status, Time now) {
  if (rests_until_ && now >= *rests_until_) rests_until_.reset();
  if (!is_ready || !socket_) return;
  if (socket_->serve(status)) rests_until_ = now + kBackOff;
}

std::optional<Time> StatusSocket::due() const noexcept {
  if (!rests_until_ || !open_at_) return rests_until_ ? rests_until_ : open_at_;
  return std::min(*rests_until_, *open_at_);
}

}  // namespace pintle::init
