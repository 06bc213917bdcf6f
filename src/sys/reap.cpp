#include "sys/reap.hpp"

#include <sys/wait.h>

#include <cerrno>

namespace pintle::sys {
namespace {

Exit exit_of(const siginfo_t& info) noexcept {
  const bool exited = info.si_code == CLD_EXITED;
  return {info.si_pid, exited ? info.si_status : 128 + info.si_status, exited ? 0 : info.si_status};
}

Result<Dead> look(idtype_t which, pid_t pid) noexcept {
  siginfo_t info{};
  while (::waitid(which, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) < 0) {
    if (errno == ECHILD) return Dead{std::nullopt, false};
    if (errno != EINTR) return Error::from_errno("wait for a child");
  }
  if (info.si_pid == 0) return Dead{std::nullopt, true};
  return Dead{exit_of(info), true};
}

}  // namespace

Result<Dead> look_for_dead() noexcept {
  return look(P_ALL, 0);
}

Result<Dead> look_at(pid_t pid) noexcept {
  return look(P_PID, pid);
}

Result<void> collect(pid_t pid) noexcept {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG) < 0) {
    if (errno == ECHILD) return {};
    if (errno != EINTR) return Error::from_errno("collect a child");
  }
  return {};
}

Result<Exit> wait_for(pid_t pid) noexcept {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) < 0) {
    if (errno != EINTR) return Error::from_errno("wait for a child");
  }
  return exit_of(info);
}

std::optional<int> stopped_by(pid_t pid) noexcept {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED | WNOHANG) < 0) {
    if (errno != EINTR) return std::nullopt;
  }
  if (info.si_pid == 0) return std::nullopt;
  return info.si_status;
}

}  // namespace pintle::sys
