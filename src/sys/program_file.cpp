#include "sys/program_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/walk.hpp"

namespace pintle::sys {
namespace {

// Not every C library defines these.
constexpr int kExecveCheck = 0x10000;      // AT_EXECVE_CHECK, since Linux 6.14
constexpr unsigned kNoExecSeal = 0x8;      // MFD_NOEXEC_SEAL, since Linux 6.3
constexpr unsigned kExec = 0x10;           // MFD_EXEC, since Linux 6.3
constexpr int kSealExec = 0x20;            // F_SEAL_EXEC, since Linux 6.3
constexpr std::size_t kLongestName = 200;  // 249 bytes, memfd_create(2)
constexpr std::size_t kLongestLine = 256;  // BINPRM_BUF_SIZE, execve(2)
constexpr std::size_t kCopyChunk = 65536;

std::string path_of(int fd) {
  return fmt::format("/proc/self/fd/{}", fd);
}

/// What the kernel checks for AT_EXECVE_CHECK, for kernels without it.
int why_not_executable(const Fd& file) {
  struct statvfs mount {};
  if (::fstatvfs(file.get(), &mount) < 0) return errno;
  if ((mount.f_flag & ST_NOEXEC) != 0) return EACCES;
  // The real and the effective ids are the same, so access(2) answers for execve(2).
  return ::access(path_of(file.get()).c_str(), X_OK) == 0 ? 0 : errno;
}

/// The errno with which execve(2) of the file would fail before it looks at the content; 0 if none.
int why_not_permitted(const Fd& file) {
  char nothing[] = "";
  char* const argv[] = {nothing, nullptr};
  char* const environment[] = {nullptr};
  const long done =
      ::syscall(SYS_execveat, file.get(), "", argv, environment, AT_EMPTY_PATH | kExecveCheck);
  if (done == 0) return 0;
  const bool is_unknown = errno == EINVAL || errno == ENOSYS || errno == EPERM;
  return is_unknown ? why_not_executable(file) : errno;
}

/// A memfd; not valid if none can be made here.
SealedCopy new_copy(const std::string& path) noexcept {
  constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  const std::string name(base_name(path).substr(0, kLongestName));
  const auto make = [&](unsigned more) { return Fd(::memfd_create(name.c_str(), kFlags | more)); };
  SealedCopy copy{make(kExec)};
  if (!copy.file && errno == EINVAL) copy.file = make(0);
  if (copy.file || errno != EACCES) return copy;
  return {make(kNoExecSeal), false};
}

/// Ignores SIGXFSZ: a copy that is larger than the hook's limit is an error of write(2).
class NoSizeSignal {
 public:
  NoSizeSignal() noexcept : before_(std::signal(SIGXFSZ, SIG_IGN)) {}
  NoSizeSignal(const NoSizeSignal&) = delete;
  NoSizeSignal& operator=(const NoSizeSignal&) = delete;
  ~NoSizeSignal() { (void)std::signal(SIGXFSZ, before_); }

 private:
  void (*before_)(int);
};

/// Copies `size` bytes, or fewer if the file ends earlier: another process may change it now, and
/// then the copy is not what was expected.
Result<void> copy_bytes(const Fd& from, int to, off_t size) {
  const NoSizeSignal none;
  std::array<char, kCopyChunk> chunk{};
  for (off_t at = 0; at < size;) {
    const auto wanted = std::min<off_t>(size - at, static_cast<off_t>(chunk.size()));
    const ssize_t got = ::pread(from.get(), chunk.data(), static_cast<std::size_t>(wanted), at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error::from_errno("read");
    if (got == 0) return {};
    TRY(write_all(to, {chunk.data(), static_cast<std::size_t>(got)}, "copy"));
    at += got;
  }
  return {};
}

/// The mode of a copy that is not executable is sealed already.
Result<void> seal(const SealedCopy& sealed) {
  const Fd& copy = sealed.file;
  constexpr int kSeals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK;
  if (sealed.is_executable && ::fchmod(copy.get(), 0555) < 0)
    return Error::from_errno("protect the copy of");
  if (::fcntl(copy.get(), F_ADD_SEALS, kSeals | kSealExec | F_SEAL_SEAL) == 0) return {};
  if (::fcntl(copy.get(), F_ADD_SEALS, kSeals | F_SEAL_SEAL) == 0) return {};
  return Error::from_errno("seal the copy of");
}

}  // namespace

Result<Fd> open_program(const std::string& path) {
  const Fd here = TRY(working_directory());
  const Fd reached = TRY(reach_without_links(here, path));
  struct stat info {};
  if (::fstat(reached.get(), &info) < 0) return about(path, Result<Fd>(Error::from_errno("stat")));
  if (S_ISLNK(info.st_mode)) {
    return Error{"open", ELOOP, path, "it is a symbolic link; name the file itself"};
  }
  if (!S_ISREG(info.st_mode)) return Error{"open", EACCES, path, "it is not a regular file"};
  auto file = reopen(reached, here.get(), path, O_RDONLY);
  if (!file && file.error().code == EACCES) {
    return Error{"open", EACCES, path,
                 fmt::format("uid {} may not read it, so it cannot be verified", ::geteuid())};
  }
  if (!file) return about(path, std::move(file));
  const int code = why_not_permitted(*file);
  if (code != 0) return Error{"execute", code, path, {}};
  return file;
}

bool grants_privileges(const Fd& file) noexcept {
  struct stat info {};
  if (::fstat(file.get(), &info) < 0 || (info.st_mode & (S_ISUID | S_ISGID)) != 0) return true;
  return ::fgetxattr(file.get(), "security.capability", nullptr, 0) > 0;
}

Result<std::optional<SealedCopy>> sealed_copy(const Fd& file, const std::string& path) {
  SealedCopy copy = new_copy(path);
  const bool is_forbidden = errno == EACCES || errno == EPERM || errno == ENOSYS;
  if (!copy.file && is_forbidden) return std::optional<SealedCopy>();
  if (!copy.file) return about(path, Result<std::optional<SealedCopy>>(Error::from_errno("copy")));
  struct stat info {};
  if (::fstat(file.get(), &info) < 0) return Error::from_errno("stat");
  const auto copied = about(path, copy_bytes(file, copy.file.get(), info.st_size));
  if (!copied) return copied.error();
  const auto sealed = about(path, seal(copy));
  if (!sealed) return sealed.error();
  copy.is_executable = copy.is_executable && why_not_permitted(copy.file) == 0;
  return std::optional(std::move(copy));
}

bool is_on_read_only_mount(const Fd& file) noexcept {
  struct statvfs mount {};
  return ::fstatvfs(file.get(), &mount) == 0 && (mount.f_flag & ST_RDONLY) != 0;
}

std::optional<ScriptLine> script_line(const Fd& file) {
  std::array<char, kLongestLine> head{};
  const ssize_t got = ::pread(file.get(), head.data(), head.size(), 0);
  std::string_view line(head.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (!line.starts_with("#!")) return std::nullopt;
  line = line.substr(2, line.find('\n') - 2);
  const auto trim = [&] {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    line = line.substr(0, line.find_last_not_of(" \t") + 1);
  };
  trim();
  ScriptLine found;
  const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
  found.interpreter = line.substr(0, end);
  line.remove_prefix(end);
  trim();
  found.option = line;
  return found;
}

Result<std::string> inherited_path(const Fd& file) {
  if (::fcntl(file.get(), F_SETFD, 0) < 0) return Error::from_errno("hand on the descriptor");
  std::string path = path_of(file.get());
  if (::access(path.c_str(), R_OK) == 0) return path;
  return Error{"open", errno, path, "/proc has to be mounted for that"};
}

void execute_file(const Fd& file, char* const* argv, char* const* environment) noexcept {
  (void)::syscall(SYS_execveat, file.get(), "", argv, environment, AT_EMPTY_PATH);
}

}  // namespace pintle::sys
