// `pintle install`: copies pintle, and pintle-fetch if it is there, to where an application's image
// finds them: the emptyDir that an init container shares with it.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/shown.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "sys/new_file.hpp"
#include "sys/process.hpp"

namespace pintle::cli {
namespace {

constexpr mode_t kMode = 0555;

/// The second program is not traceable from its first instruction on if it cannot be read,
/// execve(2); for an owner who is not root, not even by himself.
mode_t mode_of_second() noexcept {
  return ::geteuid() == 0 ? 0711 : 0111;
}

Result<Fd> open_program(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file) return file;
  Error error = Error::from_errno("open");
  error.subject = path;
  return error;
}

Result<void> copy(const Fd& program, const std::string& to, mode_t mode) {
  sys::NewFile file = TRY(sys::NewFile::begin(to));
  TRY(file.copy_from(program));
  return file.finish({.mode = mode});
}

bool is_directory(const std::string& path) noexcept {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

Result<std::string> install(const std::string& to) {
  const Fd own = TRY(open_program("/proc/self/exe"));
  if (!is_directory(to)) {
    TRY(copy(own, to, kMode));
    return fmt::format("installed '{}'", shown_value(to));
  }
  const std::string folder = to.ends_with('/') ? to : to + "/";
  TRY(copy(own, folder + "pintle", kMode));
  const auto second = open_program(sys::own_directory() + "/pintle-fetch");
  if (!second && second.error().code == ENOENT)
    return fmt::format("installed '{}pintle'", shown_value(folder));
  if (!second) return second.error();
  TRY(copy(*second, folder + "pintle-fetch", mode_of_second()));
  return fmt::format("installed '{0}pintle' and '{0}pintle-fetch'", shown_value(folder));
}

}  // namespace

int install_command(int argc, char** argv) {
  if (argc != 2 || *argv[1] == '\0') return fail(ExitCode::usage, "usage: pintle install DEST");
  const auto installed = install(argv[1]);
  if (!installed) return fail(ExitCode::unhealthy, one_line(installed.error().message()));
  return print(*installed + "\n");
}

}  // namespace pintle::cli
