#include "sys/process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdint>
#include <memory>
#include <span>

namespace pintle::sys {
namespace {

constexpr int kStandard[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};

bool is_null_device(int fd) noexcept {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && S_ISCHR(info.st_mode) && info.st_rdev == 0x103;
}

/// open(2) returns the lowest free number, which is the missing one.
int open_placeholder() noexcept {
  const int null = ::open("/dev/null", O_RDWR | O_NOCTTY);
  if (null >= 0 && is_null_device(null)) return null;
  if (null >= 0) ::close(null);
  return ::open("/", O_PATH);
}

// The id of the mount at "/". The structure of statx(2) is read as words, because the two C
// libraries that pintle is built with declare it in different headers; the kernel's layout is
// fixed.
std::string root_mount_id() {
  constexpr unsigned kMountId = 0x1000U;    // STATX_MNT_ID
  constexpr std::size_t kMountIdWord = 18;  // stx_mnt_id, at byte 144
  std::uint64_t words[32] = {};
  if (::syscall(SYS_statx, AT_FDCWD, "/", 0, kMountId, words) < 0) return "0";
  return fmt::format("m{}", words[kMountIdWord]);
}

std::vector<pid_t> parse_pids(std::string_view text) {
  std::vector<pid_t> pids;
  while (!text.empty()) {
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
    if (error != std::errc()) break;
    pids.push_back(pid);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty()) text.remove_prefix(1);
  }
  return pids;
}

/// The parent's pid, field 4 of /proc/PID/stat, proc(5); 0 if it is unknown. Field 2, the program's
/// name, may contain any character, so the search begins at its end.
pid_t parent_pid_of(pid_t pid) {
  const std::string text = read_proc(fmt::format("/proc/{}/stat", pid));
  const std::size_t name_end = text.rfind(')');
  constexpr std::size_t kStateLength = 4;  // ") S "
  if (name_end == std::string::npos || text.size() < name_end + kStateLength) return 0;
  const auto parents = parse_pids(std::string_view(text).substr(name_end + kStateLength));
  return parents.empty() ? 0 : parents.front();
}

/// The kernel lists children separately for each thread that forked them.
std::vector<pid_t> children_of(pid_t pid) {
  const std::string folder = fmt::format("/proc/{}/task", pid);
  std::vector<pid_t> all;
  const auto close = [](DIR* open) { ::closedir(open); };
  const std::unique_ptr<DIR, decltype(close)> threads(::opendir(folder.c_str()));
  if (!threads) return all;
  while (const dirent* thread = ::readdir(threads.get())) {
    const auto pids = parse_pids(read_proc(fmt::format("{}/{}/children", folder, thread->d_name)));
    all.insert(all.end(), pids.begin(), pids.end());
  }
  return all;
}

ssize_t read_once(const Fd& file, std::span<char> into) noexcept {
  ssize_t got = 0;
  do got = ::read(file.get(), into.data(), into.size());
  while (got < 0 && errno == EINTR);
  return got;
}

}  // namespace

std::string read_proc(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  char chunk[4096];
  ssize_t got = 0;
  while (file && (got = read_once(file, chunk)) > 0) {
    text.append(chunk, static_cast<std::size_t>(got));
  }
  return text;
}

std::string own_directory() {
  std::array<char, PATH_MAX> path{};
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  std::string own(path.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): getauxval(3) returns every value as a number
  const auto* const started_as = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
  if (own.empty() && started_as != nullptr) own = started_as;
  return own.starts_with('/') ? own.substr(0, own.rfind('/')) : std::string();
}

bool is_pid1() noexcept {
  return ::getpid() == 1;
}

Result<void> hold_standard_descriptors() noexcept {
  for (const int fd : kStandard) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    if (open_placeholder() < 0) return Error::from_errno("open '/dev/null' or '/'");
  }
  return {};
}

void forbid_tracing() noexcept {
  (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // cannot fail with 0
}

void allow_tracing() noexcept {
  (void)::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);  // cannot fail with 1
}

Result<void> become_subreaper() noexcept {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
    return Error::from_errno("become a subreaper");
  return {};
}

void give_standard_descriptors(uid_t uid) noexcept {
  for (const int fd : kStandard) {
    struct stat info {};
    if (::fstat(fd, &info) < 0) continue;
    if (!S_ISFIFO(info.st_mode) && ::isatty(fd) == 0) continue;
    if (info.st_uid == uid) continue;
    if (::fchown(fd, uid, static_cast<gid_t>(-1)) < 0) continue;  // EPERM, EROFS: skip it
  }
}

std::vector<pid_t> descendants() {
  std::vector<pid_t> all = children_of(::getpid());
  for (std::size_t next = 0; next < all.size(); ++next) {
    const auto more = children_of(all[next]);
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

std::optional<Children> own_children() noexcept {
  const Fd file(::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::array<char, 4096> text{};
  std::size_t size = 0;
  for (ssize_t got = 1; got > 0; size += static_cast<std::size_t>(got)) {
    if (size == text.size()) return std::nullopt;
    got = read_once(file, std::span(text).subspan(size));
    if (got < 0) return std::nullopt;
  }
  Children children;
  const char* const end = text.data() + size;
  for (const char* at = text.data(); at < end; ++at) {
    pid_t pid = 0;
    const auto read = std::from_chars(at, end, pid);
    if (read.ec != std::errc() || !children.add(pid)) return std::nullopt;
    at = read.ptr;  // at the space after it
  }
  return children;
}

bool shares_our_cgroup(pid_t pid) {
  const std::string ours = read_proc("/proc/self/cgroup");
  return !ours.empty() && ours == read_proc(fmt::format("/proc/{}/cgroup", pid));
}

bool descends_from(pid_t pid) {
  for (pid_t one = ::getpid(); one > 0; one = parent_pid_of(one)) {
    if (one == pid) return true;
  }
  return false;
}

std::string host_name() {
  utsname system{};
  return ::uname(&system) == 0 ? system.nodename : std::string();
}

std::string mount_namespace() {
  // All processes must compute the same name, so the mount id is used only if there is no /proc.
  constexpr int kAttempts = 5;
  struct stat info {};
  for (int i = 0; i < kAttempts; ++i) {
    if (::stat("/proc/self/ns/mnt", &info) == 0) return fmt::format("{}", info.st_ino);
    if (errno == ENOENT || errno == ENOTDIR || errno == EACCES) break;
  }
  return root_mount_id();
}

bool owns_terminal() noexcept {
  return ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
}

std::size_t available_cpus() noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) < 0) return 1;
  const int count = CPU_COUNT(&set);
  return count > 0 ? static_cast<std::size_t>(count) : 1;
}

Result<DirectoryChange> DirectoryChange::to(const std::string& path) {
  if (path.empty()) return DirectoryChange(Fd());
  Fd before(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (before && ::chdir(path.c_str()) == 0) return DirectoryChange(std::move(before));
  return about(path, Result<DirectoryChange>(Error::from_errno("enter")));
}

DirectoryChange::~DirectoryChange() {
  if (before_) (void)!::fchdir(before_.get());
}

void TerminationLog::open() noexcept {
  Fd file(
      ::open("/dev/termination-log", O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat info {};
  if (file && ::fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode)) file_ = std::move(file);
}

void TerminationLog::write(std::string_view text) const noexcept {
  // An error is ignored: the same text is on stderr. ftruncate() removes a longer text of an
  // earlier run.
  if (!file_ || ::ftruncate(file_.get(), 0) < 0) return;
  if (::write(file_.get(), text.data(), text.size()) < 0) return;
}

}  // namespace pintle::sys
