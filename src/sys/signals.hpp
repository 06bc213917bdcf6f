// sys/signals.hpp - signals as data: blocked for the whole process, read from one descriptor.
//
// Masks are the kernel's 64 bits, set by direct system calls: the C library's sigfillset() omits
// the signals that it uses for its threads (32 to 34), which would then not be blocked. Blocking
// SIGSEGV and similar signals hides no fault: the kernel kills a process that causes one itself
// even if the signal is blocked (signal(7)), and one that another process sends can be forwarded.
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

/// Replaces the mask of this process and returns the old one. Cannot fail.
SignalMask set_mask(SignalMask mask) noexcept;

/// The signals that are blocked and pending. Cannot fail.
SignalMask pending_signals() noexcept;

/// Gives every signal its default disposition, in this process and so in every child: signals that
/// the parent process ignored (SIGCHLD, SIGPIPE) must not change the container's behaviour.
void reset_dispositions() noexcept;

/// A descriptor from which the signals can be read; they must be blocked. Errors: those of
/// signalfd(2).
Result<Fd> open_signals() noexcept;

struct Signal {
  int number;
  pid_t sender;  ///< 0 if it came from outside of the PID namespace or from the kernel
};

/// Reads one pending signal; nullopt if none is pending. Errors: those of read(2).
Result<std::optional<Signal>> next_signal(const Fd& signals) noexcept;

}  // namespace pintle::sys
