// sys/terminal.hpp - the terminal of pintle's session: its foreground group, and stopping with the
// group.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>

#include "base/fd.hpp"

namespace pintle::sys {

/// The controlling terminal. It may be at another descriptor than 0.
class Terminal {
 public:
  /// Finds it at one of the standard descriptors, otherwise opens /dev/tty.
  static Terminal controlling() noexcept;

  /// False if the session has no terminal.
  explicit operator bool() const noexcept { return descriptor_ >= 0; }

  /// True if `group` is in the foreground.
  bool is_of(pid_t group) const noexcept;

  /// Puts `group` into the foreground. Ignores errors; is_of() says whether it worked.
  void give_to(pid_t group) const noexcept;

 private:
  Terminal() noexcept = default;

  Fd opened_{};
  int descriptor_ = -1;
};

/// How many columns the terminal at `fd` has; 80 if it does not say. nullopt if there is no
/// terminal.
std::optional<std::size_t> columns_at(int fd) noexcept;

/// Stops this process's group as ^Z on the terminal does. Returns true when the group has been
/// continued; false at once if the kernel does not stop it because no other process could continue
/// it (setpgid(2), NOTES). Not for PID 1. All signals must be blocked.
bool suspend_own_group() noexcept;

}  // namespace pintle::sys
