#include "sys/walk.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <deque>

#include "sys/entry.hpp"
#include "sys/file.hpp"

namespace pintle::sys {
namespace {

constexpr int kMostLinks = 40;  // the kernel's own limit, path_resolution(7)

Error walk_failed(const char* what, const std::string& path) {
  Error error = Error::from_errno(what);
  error.subject = path;
  return error;
}

/// True if only root and this process's user can create files in this directory.
bool is_trusted(int fd, const struct stat& info) noexcept {
  struct statvfs mount {};
  if (::fstatvfs(fd, &mount) == 0 && (mount.f_flag & ST_RDONLY) != 0) return true;
  return (info.st_uid == 0 || info.st_uid == ::geteuid()) && (info.st_mode & 022) == 0;
}

class Walk {
 public:
  enum class Last : bool { directory, anything };

  Walk(const std::string& path, Missing missing, Last last = Last::directory)
      : path_(path), missing_(missing), last_(last) {}

  Result<Reached> run() {
    TRY(start());
    push_front(path_);
    while (!components_.empty()) {
      const std::string name = components_.front();
      components_.pop_front();
      TRY(enter(name));
    }
    return std::move(here_);
  }

 private:
  Result<void> start() {
    const bool absolute = path_.starts_with('/');
    Fd fd(::open(absolute ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return walk_failed("open", path_);
    trusted_ = true;
    return arrive(std::move(fd), false);
  }

  void push_front(std::string_view path) {
    std::deque<std::string> parts;
    while (!path.empty()) {
      const std::size_t end = path.find('/');
      const std::string_view part = path.substr(0, end);
      path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
      if (!part.empty() && part != ".") parts.emplace_back(part);
    }
    components_.insert(components_.begin(), parts.begin(), parts.end());
  }

  Result<void> arrive(Fd fd, bool was_made) {
    struct stat info {};
    if (::fstat(fd.get(), &info) < 0) return walk_failed("stat", path_);
    const bool may_be_anything = last_ == Last::anything && components_.empty();
    if (!S_ISDIR(info.st_mode) && !may_be_anything) {
      errno = ENOTDIR;
      return walk_failed("enter", path_);
    }
    trusted_ = trusted_ && is_trusted(fd.get(), info);
    here_ = {std::move(fd), was_made};
    return {};
  }

  Fd open_component(const std::string& name) const noexcept {
    return open_in(here_.directory, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
  }

  Result<void> enter(const std::string& name) {
    Fd next = open_component(name);
    bool was_made = false;
    if (!next && errno == ENOENT && missing_ == Missing::make) {
      const mode_t mode = components_.empty() ? 0700 : 0755;
      was_made = ::mkdirat(here_.directory.get(), name.c_str(), mode) == 0;
      // Another process may have created it first; it is then checked like any other component.
      if (!was_made && errno != EEXIST) return walk_failed("make the directory", path_);
      next = open_component(name);
    }
    if (!next && errno == ENOENT && last_ == Last::directory) {
      return Error{"enter the directory", ENOENT, path_,
                   "it does not exist; make it first, for example with a step \"directory\""};
    }
    if (!next) return walk_failed("open", path_);
    struct stat info {};
    if (::fstat(next.get(), &info) < 0) return walk_failed("stat", path_);
    if (S_ISLNK(info.st_mode)) return follow(next, info);
    return arrive(std::move(next), was_made);
  }

  Result<void> follow(const Fd& link, const struct stat& info) {
    const bool ours = info.st_uid == 0 || info.st_uid == ::geteuid();
    if (!trusted_ || !ours || ++links_ > kMostLinks) {
      Error error{"enter", ELOOP, path_, {}};
      error.detail = "another user could have created a symbolic link in this path";
      return error;
    }
    std::array<char, PATH_MAX> target{};
    const ssize_t size = ::readlinkat(link.get(), "", target.data(), target.size());
    if (size < 0) return walk_failed("read a link of", path_);
    const std::string_view text(target.data(), static_cast<std::size_t>(size));
    if (text.starts_with('/')) {
      Fd root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
      if (!root) return walk_failed("open", path_);
      TRY(arrive(std::move(root), false));
    }
    push_front(text);
    return {};
  }

  const std::string& path_;
  Missing missing_;
  Last last_;
  std::deque<std::string> components_;
  Reached here_;
  bool trusted_ = true;
  int links_ = 0;
};

/// For kernels without openat2(2), and seccomp profiles that block it, and where a directory of
/// another user is closed to root: one component after the other. Sets errno.
Fd walk_without_links(int directory, std::string_view path) noexcept {
  Fd here(path.starts_with('/') ? ::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)
                                : ::openat(directory, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  while (here && !path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string name(path.substr(0, end));
    const bool is_last = path.find_first_not_of('/', end) == std::string_view::npos;
    const bool is_directory = end < path.size();
    path.remove_prefix(std::min(end + 1, path.size()));
    if (name.empty()) continue;
    here = open_in(here, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat info {};
    if (!here || ::fstat(here.get(), &info) < 0) return Fd();
    if ((is_last && !is_directory) || S_ISDIR(info.st_mode)) continue;
    errno = S_ISLNK(info.st_mode) ? ELOOP : ENOTDIR;
    return Fd();
  }
  return here;
}

}  // namespace

Result<Reached> reach_directory(const std::string& path, Missing missing) {
  return Walk(path, missing).run();
}

Result<Fd> reach_anything(const std::string& path) {
  Reached reached = TRY(Walk(path, Missing::fail, Walk::Last::anything).run());
  return std::move(reached.directory);
}

Result<struct stat> find(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) return info;
  const bool is_closed_to_root = errno == EACCES && ::geteuid() == 0;
  if (!is_closed_to_root) return walk_failed("find", path);
  const Fd reached = TRY(reach_anything(path));
  return about(path, stat_of(reached));
}

Result<Fd> open_trusted_file(const std::string& path) {
  const Fd reached = TRY(reach_anything(path));
  struct stat info {};
  if (::fstat(reached.get(), &info) < 0) return walk_failed("stat", path);
  if (!S_ISREG(info.st_mode)) return Error{"read", 0, path, "it is not a regular file"};
  return about(path, reopen(reached, AT_FDCWD, path, O_RDONLY));
}

Result<Fd> reach_without_links(const Fd& directory, const std::string& path) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(O_PATH | O_NOFOLLOW | O_CLOEXEC);
  how.resolve = RESOLVE_NO_SYMLINKS;
  Fd fd(static_cast<int>(
      ::syscall(SYS_openat2, directory.get(), path.c_str(), &how, sizeof(open_how))));
  const bool walks = !fd && (errno == ENOSYS || errno == EPERM || errno == EACCES);
  if (walks) fd = walk_without_links(directory.get(), path);
  if (fd) return fd;
  Error error = walk_failed("open", path);
  if (error.code == ELOOP) error.detail = "there is a symbolic link in this path";
  return error;
}

Result<Fd> open_without_links(const Fd& directory, const std::string& path) {
  const Fd reached = TRY(reach_without_links(directory, path));
  struct stat info {};
  if (::fstat(reached.get(), &info) < 0) return walk_failed("stat", path);
  if (S_ISLNK(info.st_mode)) return Error{"read", 0, path, "it is a symbolic link"};
  if (!S_ISREG(info.st_mode)) return Error{"read", 0, path, "it is not a regular file"};
  return about(path, reopen(reached, directory.get(), path, O_RDONLY));
}

Result<Fd> working_directory() {
  Fd fd(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return walk_failed("open", ".");
  return fd;
}

Result<std::string> read_trusted_file(const std::string& path, std::size_t limit) {
  const Fd file = TRY(open_trusted_file(path));
  return read_open_file(file, path, limit);
}

}  // namespace pintle::sys
