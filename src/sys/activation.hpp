// sys/activation.hpp - sockets that whoever started us opened for the service, sd_listen_fds(3):
// the descriptors from 3 on, as many as LISTEN_FDS says, if LISTEN_PID is our pid.
#pragma once

#include <sys/types.h>

#include <string_view>

namespace pintle::sys {

inline constexpr int kFirstPassed = 3;  // SD_LISTEN_FDS_START
inline constexpr std::string_view kListenVariables[] = {"LISTEN_PID", "LISTEN_FDS",
                                                        "LISTEN_FDNAMES"};

/// How many there are for the process `own`, by the values of the two variables; 0 if they are
/// meant for somebody else, or are no numbers. Pure.
int passed_count(std::string_view listen_pid, std::string_view listen_fds, pid_t own) noexcept;

/// Keeps them from what we execute until they are handed on; the number of those that are open.
int hold_passed(int count) noexcept;

/// In main's child: they survive exec(3).
void hand_on_passed(int count) noexcept;

}  // namespace pintle::sys
