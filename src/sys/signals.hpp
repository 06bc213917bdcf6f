// sys/signals.hpp - signals as data: blocked for the whole process, read from one descriptor.
//
// Masks are the kernel's 64 bits, set by system calls of our own: the C library's sigfillset()
// leaves out the numbers it keeps for its threads (32 to 34), and those would kill PID 1's child
// tree or vanish. Blocking SIGSEGV and its like hides no fault of ours: the kernel ends a process
// that raises one synchronously all the same (force_sig, signal(7)), and what somebody sends can be
// forwarded.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

struct SignalMask {
  std::uint64_t bits = 0;

  static constexpr SignalMask all() noexcept { return {~std::uint64_t{0}}; }
  constexpr bool has(int number) const noexcept { return (bits >> (number - 1) & 1U) != 0; }
  constexpr SignalMask& add(int number) noexcept {
    bits |= std::uint64_t{1} << (number - 1);
    return *this;
  }
  constexpr SignalMask& remove(int number) noexcept {
    bits &= ~(std::uint64_t{1} << (number - 1));
    return *this;
  }
};

/// Replaces the mask of this process, and returns what it was. Errors: none that can occur.
SignalMask set_mask(SignalMask mask) noexcept;

/// Those that have come and are blocked. Errors: none that can occur.
SignalMask pending_signals() noexcept;

/// Gives every signal its default disposition, for us and so for every child: what the process
/// that started us ignored (SIGCHLD, SIGPIPE) must not change how a container behaves.
void reset_dispositions() noexcept;

/// A descriptor to read the signals from; they must be blocked already.
/// Errors: those of signalfd(2).
Result<Fd> open_signals() noexcept;

struct Signal {
  int number;
  pid_t sender;  ///< 0 when it came from outside our PID namespace or from the kernel
};

/// Reads one pending signal; nullopt when none is pending. Errors: those of read(2).
Result<std::optional<Signal>> next_signal(const Fd& signals) noexcept;

}  // namespace pintle::sys
