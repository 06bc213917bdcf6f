#include "sys/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.hpp"

namespace pintle::sys {

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  const auto failed = [&](const char* what) {
    Error error = Error::from_errno(what);
    error.subject = path;
    return error;
  };
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return failed("open");
  struct stat info {};
  if (::fstat(file.get(), &info) < 0) return failed("stat");
  if (!S_ISREG(info.st_mode)) return Error{"read", 0, path, "it is not a regular file"};
  std::string content;
  char chunk[16384];
  for (;;) {
    const ssize_t got = ::read(file.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read");
    if (got == 0) return content;
    content.append(chunk, static_cast<std::size_t>(got));
    if (content.size() > limit) {
      return Error{"read", EFBIG, path, fmt::format("it is larger than {} bytes", limit)};
    }
  }
}

}  // namespace pintle::sys
