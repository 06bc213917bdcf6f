#include "init/listener.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "base/log.hpp"
#include "control/health_server.hpp"
#include "init/back_off.hpp"
#include "sys/spawn.hpp"

namespace pintle::init {

void Listener::start_if_due(Time now) {
  const bool is_due = !was_started_ || (due_ && now >= *due_);
  if (!port_ || pid_ != 0 || is_ending_ || !is_due) return;
  was_started_ = true;
  due_ = now + kBackOff;  // also if the next lines throw because of too little memory
  if (const auto code = std::exchange(exit_code_, std::nullopt)) {
    log::warning(fmt::format(
        "the child that serves \"listen.health\" ended with exit code {}; starting it again",
        *code));
  }
  sys::Child child = recipes_.server();
  child.input = port_.get();
  child.task = [this, parent = ::getpid()](sys::Report&) {
    return control::serve_health(Fd(STDIN_FILENO), mount_namespace_, parent);
  };
  const auto spawned = sys::spawn(child);
  if (spawned) {
    pid_ = spawned->pid;
    due_.reset();
    return;
  }
  log::error(fmt::format("cannot serve \"listen.health\": {}", spawned.error().message()));
}

bool Listener::handle_exit(pid_t pid, int code, Time now) noexcept {
  if (!is(pid)) return false;
  pid_ = 0;
  if (is_ending_) return true;
  due_ = now + kBackOff;
  exit_code_ = code;
  return true;
}

}  // namespace pintle::init
