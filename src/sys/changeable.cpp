#include "sys/changeable.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <string_view>

#include "base/shown.hpp"
#include "sys/identity.hpp"
#include "sys/process.hpp"

namespace pintle::sys {
namespace {

constexpr int kMostLinksToConfig = 40;  // the kernel's own limit, path_resolution(7)
constexpr uid_t kOverflow = 65534;      // /proc/sys/fs/overflowuid, for owners that are not mapped

bool is_nobody_here(uid_t uid) {
  static const bool is_free = !is_mapped(read_proc("/proc/self/uid_map"), kOverflow);
  return uid == kOverflow && is_free;
}

bool is_read_only(const std::string& path) noexcept {
  struct statvfs mount {};
  return ::statvfs(path.c_str(), &mount) == 0 && (mount.f_flag & ST_RDONLY) != 0;
}

/// "" if only root can write to it, or replace what it contains.
std::string why_writable(const std::string& path, const struct stat& info) {
  const bool is_sticky = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0;
  const std::string shown = shown_value(path);
  if (info.st_uid != 0 && !is_nobody_here(info.st_uid)) {
    return fmt::format("'{}' belongs to uid {}", shown, info.st_uid);
  }
  if (S_ISLNK(info.st_mode) || is_sticky) return {};
  if ((info.st_mode & S_IWOTH) != 0) return fmt::format("everybody may write to '{}'", shown);
  const bool has_group = (info.st_mode & S_IWGRP) != 0 && info.st_gid != 0;
  return has_group ? fmt::format("gid {} may write to '{}'", info.st_gid, shown) : std::string();
}

std::string absolute_of(const std::string& path) {
  std::array<char, PATH_MAX> here{};
  const bool is_absolute = path.starts_with('/') || ::getcwd(here.data(), here.size()) == nullptr;
  return is_absolute ? path : fmt::format("{}/{}", here.data(), path);
}

}  // namespace

std::string why_changeable(const std::string& path) {
  std::string rest = absolute_of(path);
  std::string here = "/";
  for (int links = 0; links <= kMostLinksToConfig;) {
    struct stat info {};
    if (::lstat(here.c_str(), &info) < 0) return {};
    if (!S_ISDIR(info.st_mode) && !S_ISLNK(info.st_mode) && !S_ISREG(info.st_mode)) return {};
    if (!is_read_only(S_ISLNK(info.st_mode) ? here.substr(0, here.rfind('/') + 1) : here)) {
      if (std::string why = why_writable(here, info); !why.empty()) return why;
    }
    if (S_ISLNK(info.st_mode)) {
      std::array<char, PATH_MAX> target{};
      const ssize_t size = ::readlink(here.c_str(), target.data(), target.size());
      if (size <= 0) return {};
      const std::string to(target.data(), static_cast<std::size_t>(size));
      rest = fmt::format("{}/{}", to, rest);
      here = to.starts_with('/') ? "/" : here.substr(0, std::max<std::size_t>(here.rfind('/'), 1));
      ++links;
    }
    rest.erase(0, rest.find_first_not_of('/'));
    if (rest.empty()) return {};
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string name = rest.substr(0, end);
    rest.erase(0, end);
    if (name == ".") continue;
    if (name == "..") {
      here.erase(std::max<std::size_t>(here.rfind('/'), 1));
    } else {
      here += (here == "/" ? "" : "/") + name;
    }
  }
  return {};
}

}  // namespace pintle::sys
