#include "sys/signals.hpp"

#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/signal_names.hpp"

namespace pintle::sys {
namespace {

// The kernel's sigaction structure begins with the handler. All zeros mean SIG_DFL without flags on
// every architecture.
struct KernelSigaction {
  std::uint64_t words[4] = {};
};

}  // namespace

SignalMask set_mask(SignalMask mask) noexcept {
  SignalMask before;
  (void)::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask.bits, &before.bits, sizeof mask.bits);
  return before;
}

SignalMask pending_signals() noexcept {
  SignalMask pending;
  (void)::syscall(SYS_rt_sigpending, &pending.bits, sizeof pending.bits);
  return pending;
}

void reset_dispositions() noexcept {
  const KernelSigaction standard;
  for (int number = 1; number <= kLastSignal; ++number) {
    if (number == SIGKILL || number == SIGSTOP) continue;
    (void)::syscall(SYS_rt_sigaction, number, &standard, nullptr, sizeof(SignalMask::bits));
  }
}

Result<Fd> open_signals() noexcept {
  const SignalMask mask = SignalMask::all();
  const long fd =
      ::syscall(SYS_signalfd4, -1, &mask.bits, sizeof mask.bits, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) return Error::from_errno("create a signalfd");
  return Fd(static_cast<int>(fd));
}

Result<std::optional<Signal>> next_signal(const Fd& signals) noexcept {
  signalfd_siginfo info{};
  while (::read(signals.get(), &info, sizeof info) < 0) {
    if (errno == EAGAIN) return std::optional<Signal>();
    if (errno != EINTR) return Error::from_errno("read the signalfd");
  }
  return std::optional<Signal>(
      {static_cast<int>(info.ssi_signo), static_cast<pid_t>(info.ssi_pid)});
}

}  // namespace pintle::sys
