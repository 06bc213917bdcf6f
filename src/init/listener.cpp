#include "init/listener.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/log.hpp"
#include "control/health_server.hpp"
#include "sys/spawn.hpp"

namespace pintle::init {
namespace {

constexpr Duration kBackOff(1000);

}  // namespace

void Listener::keep_up(Time now) {
  const bool is_due = !was_started_ || (due_ && now >= *due_);
  if (!port_ || pid_ != 0 || is_ending_ || !is_due) return;
  was_started_ = true;
  due_.reset();
  sys::Child child = launcher_.server();
  child.input = port_.get();
  child.task = [this, parent = ::getpid()](sys::Report&) {
    return control::serve_health(Fd(STDIN_FILENO), mount_namespace_, parent);
  };
  const auto spawned = sys::spawn(child);
  if (spawned) {
    pid_ = spawned->pid;
    return;
  }
  log::error(fmt::format("nobody answers on \"listen.health\": {}", spawned.error().message()));
  due_ = now + kBackOff;
}

bool Listener::buried(pid_t pid, int code, Time now) {
  if (pid_ == 0 || pid != pid_) return false;
  pid_ = 0;
  if (is_ending_) return true;
  log::warning(fmt::format(
      "the child that answers on \"listen.health\" ended with exit code {}; starting another",
      code));
  due_ = now + kBackOff;
  return true;
}

}  // namespace pintle::init
