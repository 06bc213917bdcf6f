#include "init/status_socket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "base/log.hpp"

namespace pintle::init {
namespace {

constexpr Duration kLongestWait(60'000);

}  // namespace

void StatusSocket::open_if_due(Time now) {
  if (!open_at_ || now < *open_at_) return;
  open_at_ = now + wait_;
  wait_ = std::min(wait_ * 2, kLongestWait);
  auto opened = control::ControlSocket::open(mount_namespace_);
  if (!opened) return miss(opened.error());
  socket_ = *std::move(opened);
  open_at_.reset();
  if (was_missed_) log::warning("'pintle health' and 'pintle status' work from now on");
}

void StatusSocket::miss(const Error& error) {
  const bool is_for_good = error.code == EALREADY;
  if (is_for_good) open_at_.reset();
  if (std::exchange(was_missed_, true) || !is_wanted_) return;
  log::warning(fmt::format("{}; 'pintle health' and 'pintle status' do not work{}", error.message(),
                           is_for_good ? "" : " until it can be opened"));
}

int StatusSocket::descriptor() const noexcept {
  return socket_ ? socket_->descriptor().get() : -1;
}

bool StatusSocket::serve(const std::function<std::string()>& status) const {
  return !socket_ || !socket_->serve(status);
}

}  // namespace pintle::init
