// Clients of PID 1, for what happens in a World: each step is an event of its own, since PID 1 has
// to have a turn in between. They are in the same process, so nothing of them may wait.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/fd.hpp"

namespace seam {

/// Where PID 1 is found in the machine that runs now.
struct Addresses {
  std::string mount_namespace;
  std::string notify;  ///< main's NOTIFY_SOCKET: a name in the abstract namespace
};
void set_addresses(Addresses addresses);

/// Asks for the status; read_status() notes "status: PHASE", or what is wrong.
void ask_status();
void read_status();

/// Sends a request, to where the status said; read_answer() notes "answer: TEXT".
void send_request(std::string_view words);
void read_answer();
/// The same, with a hundred descriptors that PID 1 did not ask for.
void send_descriptors_with(std::string_view words);
/// The same for a job, with a socket that it shows its output on: notes "shown: TEXT", too.
void ask_for_job(std::string_view id);

/// Main says something by sd_notify(3).
void notify_as(std::string_view program, std::string_view text);

/// Any other process does.
void notify_from(pid_t pid, uid_t uid, std::string_view text);

/// The container's own NOTIFY_SOCKET, which notes "outer: TEXT" for what it is told.
std::string open_outer_socket();
void read_outer_socket();
/// Until it takes no more; notes "outer: full".
void fill_outer_socket();
void close_outer_socket();

/// Another pintle, which answers whoever asks for the status.
void open_pintle(const std::string& mount_namespace);
void answer_as_pintle();

/// So that pintle does not see it.
pintle::Fd hide(pintle::Fd descriptor);

}  // namespace seam
