// sys/terminal.hpp - the terminal of our session: who is in its foreground, and being stopped.
#pragma once

#include <sys/types.h>

#include "base/fd.hpp"

namespace pintle::sys {

/// The controlling terminal, which needs not be at descriptor 0.
class Terminal {
 public:
  /// Finds it at one of the standard descriptors, else by opening /dev/tty.
  static Terminal controlling() noexcept;

  /// False if our session has no terminal.
  explicit operator bool() const noexcept { return descriptor_ >= 0; }

  /// True if `group` is in the foreground.
  bool is_of(pid_t group) const noexcept;

  /// Puts `group` into the foreground; whether that was done is for is_of() to say.
  void give_to(pid_t group) const noexcept;

 private:
  Terminal() noexcept = default;

  Fd opened_{};
  int descriptor_ = -1;
};

/// Stops our process group as the terminal's ^Z would have, which the kernel does only if somebody
/// could continue it (setpgid(2), NOTES). Returns when it is continued, with true, or at once, with
/// false. Not for PID 1. All signals must be blocked.
bool suspend_own_group() noexcept;

}  // namespace pintle::sys
