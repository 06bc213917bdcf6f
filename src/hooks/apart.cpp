#include "hooks/apart.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "config/request.hpp"
#include "hooks/program.hpp"

namespace pintle::hooks {
namespace {

struct Pair {
  Fd ours;
  Fd theirs;
};

Result<Pair> make_pair() noexcept {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
    return Error::from_errno("make a pair of sockets");
  }
  return Pair{Fd(ends[0]), Fd(ends[1])};
}

/// False if the program ended before it was ready.
bool is_ready(const Fd& socket) noexcept {
  char word = 0;
  ssize_t got = 0;
  do got = ::recv(socket.get(), &word, 1, 0);
  while (got < 0 && errno == EINTR);
  return got == 1 && word == config::kReady;
}

/// Ignores an error: if the program has ended, its exit code tells why.
void hand_over(const Fd& socket, std::string_view request) noexcept {
  while (!request.empty()) {
    const ssize_t sent = ::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return;
    request.remove_prefix(static_cast<std::size_t>(sent));
  }
}

/// Passes the notes of the program on while it runs, and takes its report.
void follow(const Fd& pipe, sys::Report& report) {
  for (;;) {
    pollfd one{pipe.get(), POLLIN, 0};
    if (::poll(&one, 1, -1) < 0 && errno != EINTR) return;
    const auto got = sys::read_report(pipe.get());
    if (got && got->is_note) {
      sys::send_note(got->line());
    } else if (got) {
      report = *got;
    } else if ((one.revents & (POLLHUP | POLLERR)) != 0 && (one.revents & POLLIN) == 0) {
      return;
    }
  }
}

}  // namespace

Result<sys::Exit> ask_apart(sys::Child program, std::string_view request, sys::Report& report) {
  Pair pair = TRY(make_pair());
  program.input = pair.theirs.get();
  program.inherits_report = true;
  const sys::Spawned spawned = TRY(start_program(std::move(program)));
  pair.theirs.reset();
  if (is_ready(pair.ours)) hand_over(pair.ours, request);
  (void)::shutdown(pair.ours.get(), SHUT_WR);
  follow(spawned.report, report);
  return sys::wait_for(spawned.pid);
}

int run_apart(sys::Child program, std::string_view request, sys::Report& report) {
  const auto exit = ask_apart(std::move(program), request, report);
  if (exit) return end_like(*exit);
  report.set_line(exit.error().message());
  return 1;
}

}  // namespace pintle::hooks
