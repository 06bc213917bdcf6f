#include "sys/terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>

#include "sys/signals.hpp"

namespace pintle::sys {
namespace {

/// tcgetpgrp(3) fails for a terminal that is not the controlling one. It returns 0 for a group in
/// another PID namespace.
bool is_controlling(int fd) noexcept {
  return ::tcgetpgrp(fd) >= 0;
}

}  // namespace

Terminal Terminal::controlling() noexcept {
  Terminal terminal;
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (!is_controlling(fd)) continue;
    terminal.descriptor_ = fd;
    return terminal;
  }
  constexpr int kHow = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  terminal.opened_ = Fd(::open("/dev/tty", kHow));
  const int fd = terminal.opened_.get();
  if (terminal.opened_ && is_controlling(fd)) terminal.descriptor_ = fd;
  return terminal;
}

bool Terminal::is_of(pid_t group) const noexcept {
  return ::tcgetpgrp(descriptor_) == group;
}

void Terminal::give_to(pid_t group) const noexcept {
  (void)::tcsetpgrp(descriptor_, group);  // works in the background too: SIGTTOU is blocked
}

std::optional<std::size_t> columns_at(int fd) noexcept {
  constexpr std::size_t kUsual = 80;
  if (::isatty(fd) == 0) return std::nullopt;
  winsize size{};
  const bool is_known = ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : kUsual;
}

bool suspend_own_group() noexcept {
  (void)::kill(0, SIGTSTP);
  SignalMask mask = SignalMask::all();
  (void)set_mask(mask.remove(SIGTSTP));  // the process stops here, or the kernel drops the signal
  (void)set_mask(SignalMask::all());
  // SIGTSTP removed every SIGCONT that was pending before it, signal(7).
  return pending_signals().has(SIGCONT);
}

}  // namespace pintle::sys
