#include "sys/pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace pintle::sys {

Result<Pipe> make_pipe(uid_t uid) noexcept {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) return Error::from_errno("make a pipe");
  Pipe pipe{Fd(ends[0]), Fd(ends[1])};
  if (::fcntl(pipe.reader.get(), F_SETFL, O_NONBLOCK) < 0) {
    return Error::from_errno("make a pipe");
  }
  // Without CAP_CHOWN, the hook can use the pipe but cannot open /dev/stdout.
  [[maybe_unused]] const int owned = ::fchown(pipe.writer.get(), uid, static_cast<gid_t>(-1));
  return pipe;
}

Result<std::optional<std::size_t>> read_some(const Fd& reader, std::span<char> buffer) noexcept {
  for (;;) {
    const ssize_t got = ::read(reader.get(), buffer.data(), buffer.size());
    if (got >= 0) return std::optional(static_cast<std::size_t>(got));
    if (errno == EAGAIN) return std::optional<std::size_t>();
    if (errno != EINTR) return Error::from_errno("read a hook's output");
  }
}

}  // namespace pintle::sys
