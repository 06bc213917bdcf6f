// sys/activation.hpp - sockets that pintle's parent opened for the service, sd_listen_fds(3):
// LISTEN_FDS descriptors from 3 on, if LISTEN_PID is pintle's pid.
#pragma once

#include <sys/types.h>

#include <string_view>

namespace pintle::sys {

inline constexpr int kFirstPassed = 3;  // SD_LISTEN_FDS_START
inline constexpr std::string_view kListenVariables[] = {"LISTEN_PID", "LISTEN_FDS",
                                                        "LISTEN_FDNAMES"};

/// How many sockets were passed to the process `own`, by the values of the two variables; 0 if
/// LISTEN_PID is another process or a value is not a number. Pure.
int passed_count(std::string_view listen_pid, std::string_view listen_fds, pid_t own) noexcept;

/// Sets close-on-exec on the sockets; returns how many of them are open.
int hold_passed(int count) noexcept;

/// In main's child: clears close-on-exec, so that main gets the sockets.
void hand_on_passed(int count) noexcept;

}  // namespace pintle::sys
