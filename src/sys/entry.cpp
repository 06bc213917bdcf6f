#include "sys/entry.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <memory>

#include "sys/as_owner.hpp"
#include "sys/new_file.hpp"
#include "sys/walk.hpp"

namespace pintle::sys {
namespace {

constexpr int kPathFlags = O_PATH | O_NOFOLLOW | O_CLOEXEC;

/// The time in nanoseconds of a timespec or of a statx_timestamp.
template <class T>
std::int64_t nanoseconds(const T& time) noexcept {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + std::int64_t{time.tv_nsec};
}

std::string temporary_start(const std::string& name) {
  return fmt::format(".{}.", name.substr(0, 200));
}

struct CloseDir {
  void operator()(DIR* dir) const noexcept { ::closedir(dir); }
};

/// Some kernels do not have openat2(2), and some seccomp profiles block it; look_at() then compares
/// st_dev.
Fd open_on_this_mount(const Fd& directory, const std::string& name) noexcept {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(kPathFlags);
  how.resolve = RESOLVE_NO_XDEV;
  const long opened = or_as_owner(directory.get(), [&] {
    return ::syscall(SYS_openat2, directory.get(), name.c_str(), &how, sizeof(open_how));
  });
  if (opened >= 0) return Fd(static_cast<int>(opened));
  if (errno != ENOSYS && errno != EPERM) return Fd();
  Fd fd = open_in(directory, name.c_str(), kPathFlags);
  struct stat above {};
  struct stat info {};
  if (!fd || ::fstat(directory.get(), &above) < 0 || ::fstat(fd.get(), &info) < 0) return Fd();
  if (above.st_dev == info.st_dev) return fd;
  errno = EXDEV;
  return Fd();
}

}  // namespace

Result<struct stat> stat_of(const Fd& fd) {
  struct stat info {};
  if (::fstat(fd.get(), &info) < 0) return Error::from_errno("stat");
  return info;
}

Fd open_in(const Fd& directory, const char* name, int flags) noexcept {
  return Fd(static_cast<int>(
      or_as_owner(directory.get(), [&] { return ::openat(directory.get(), name, flags); })));
}

Result<std::optional<Entry>> look_at(const Fd& directory, const std::string& name, Mounts mounts) {
  Entry entry;
  entry.fd = mounts == Mounts::stay ? open_on_this_mount(directory, name)
                                    : open_in(directory, name.c_str(), kPathFlags);
  if (!entry.fd && errno == ENOENT) return std::optional<Entry>();
  if (!entry.fd) return Error::from_errno("open");
  if (::fstat(entry.fd.get(), &entry.info) < 0) return Error::from_errno("stat");
  return std::optional<Entry>(std::move(entry));
}

Result<Place> reach_place(const std::string& path) {
  SplitPath split = TRY(split_path(path));
  Reached reached = TRY(reach_directory(split.directory, Missing::fail));
  return Place{std::move(reached.directory), std::move(split.name)};
}

Result<std::vector<std::string>> names_in(const Fd& directory) {
  Fd readable = open_in(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (!readable) return Error::from_errno("read");
  const std::unique_ptr<DIR, CloseDir> stream(::fdopendir(readable.get()));
  if (!stream) return Error::from_errno("read");
  (void)readable.release();  // the stream owns it now
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr && errno != 0) return Error::from_errno("read");
    if (entry == nullptr) return names;
    const std::string name(entry->d_name);
    if (name != "." && name != "..") names.push_back(name);
  }
}

Result<bool> remove_name(const Fd& directory, const std::string& name, const struct stat& info) {
  const int flags = S_ISDIR(info.st_mode) ? AT_REMOVEDIR : 0;
  const auto remove = [&] { return ::unlinkat(directory.get(), name.c_str(), flags); };
  if (or_as_owner(directory.get(), remove) == 0) return true;
  if (errno == ENOENT) return false;
  return Error::from_errno("remove");
}

Result<std::string> read_link(const Entry& entry) {
  std::array<char, PATH_MAX> target{};
  const ssize_t size = ::readlinkat(entry.fd.get(), "", target.data(), target.size());
  if (size < 0) return Error::from_errno("read the link");
  return std::string(target.data(), static_cast<std::size_t>(size));
}

Result<void> place_link(const Fd& directory, const std::string& name, const std::string& target) {
  const std::string temporary = temporary_name(name);
  const int fd = directory.get();
  if (::symlinkat(target.c_str(), fd, temporary.c_str()) < 0) {
    return Error::from_errno("make the link");
  }
  if (::renameat(fd, temporary.c_str(), fd, name.c_str()) == 0) return {};
  Error error = Error::from_errno("make the link");
  (void)::unlinkat(fd, temporary.c_str(), 0);
  return error;
}

Result<std::int64_t> oldest_time(const Fd& fd) {
  const struct stat info = TRY(stat_of(fd));
  std::int64_t oldest =
      std::min({nanoseconds(info.st_atim), nanoseconds(info.st_mtim), nanoseconds(info.st_ctim)});
  struct statx more {};
  if (::statx(fd.get(), "", AT_EMPTY_PATH, STATX_BTIME, &more) < 0)
    return oldest;  // not every kernel and file system
  if ((more.stx_mask & STATX_BTIME) == 0) return oldest;
  return std::min(oldest, nanoseconds(more.stx_btime));
}

Result<void> rename_name(const Fd& directory, const std::string& from, const std::string& to) {
  if (::renameat(directory.get(), from.c_str(), directory.get(), to.c_str()) == 0) return {};
  return Error::from_errno("rename");
}

Result<void> rename_to_free(const Fd& directory, const std::string& from, const std::string& to) {
  constexpr unsigned kNoReplace = 1;  // RENAME_NOREPLACE, which not every C library defines
  const int fd = directory.get();
  const long done = ::syscall(SYS_renameat2, fd, from.c_str(), fd, to.c_str(), kNoReplace);
  if (done == 0) return {};
  if (errno != EINVAL && errno != ENOSYS && errno != EPERM) return Error::from_errno("name");
  if (TRY(look_at(directory, to, Mounts::cross))) return Error{"name", EEXIST, {}, {}};
  return rename_name(directory, from, to);
}

Result<bool> link_name(const Fd& directory, const std::string& from, const std::string& to) {
  if (::linkat(directory.get(), from.c_str(), directory.get(), to.c_str(), 0) == 0) return true;
  const bool cannot = errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK;
  if (cannot) return false;
  return Error::from_errno("link");
}

void sync_names(const Fd& directory) noexcept {
  const Fd readable(::openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (readable) (void)::fsync(readable.get());
}

Result<void> sync_file_system(const Fd& directory) {
  const Fd readable(::openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!readable || ::syncfs(readable.get()) == 0) return {};
  if (errno == ENOSYS || errno == EPERM) return {};  // some seccomp profiles block it
  return Error::from_errno("sync");
}

std::string temporary_name(const std::string& name) {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) < 0) number = static_cast<std::uint64_t>(::getpid());
  return fmt::format("{}{:016x}", temporary_start(name), number);
}

bool is_temporary_name(const std::string& other, const std::string& name) {
  const std::string start = temporary_start(name);
  if (!other.starts_with(start) || other.size() != start.size() + 16) return false;
  return other.find_first_not_of("0123456789abcdef", start.size()) == std::string::npos;
}

}  // namespace pintle::sys
