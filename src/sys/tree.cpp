#include "sys/tree.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

namespace pintle::sys {
namespace {

/// How many levels keep their descriptor open; the levels above are opened again by "..". The
/// number is small, since a container may allow few descriptors.
constexpr std::size_t kMostHeld = 16;

/// A directory whose names are being visited.
struct Level {
  std::string name;
  Entry entry;  ///< its descriptor is open if it is one of the deepest levels
  std::vector<std::string> left{};
};

class TreeWalk {
 public:
  TreeWalk(const Fd& root, const std::string& path, const Visitor& visitor)
      : root_(root), path_(path), visitor_(visitor) {}

  Result<std::size_t> run() {
    TRY(about(path_, refuse_vital(root_)));
    root_names_ = TRY(about(path_, names_in(root_)));
    while (!levels_.empty() || !root_names_.empty()) {
      std::vector<std::string>& left = levels_.empty() ? root_names_ : levels_.back().left;
      if (left.empty()) {
        TRY(leave());
        continue;
      }
      std::string name = std::move(left.back());
      left.pop_back();
      TRY(visit(std::move(name)));
    }
    return mounts_;
  }

 private:
  const Fd& here() const noexcept { return levels_.empty() ? root_ : levels_.back().entry.fd; }

  /// The path, which may be long, is made only for an error.
  template <class T>
  Result<T> named(const std::string& name, Result<T> result) const {
    if (result) return result;
    std::string path = path_;
    for (const Level& level : levels_) path += "/" + level.name;
    return about(path + "/" + name, std::move(result));
  }

  Result<void> visit(std::string name) {
    auto looked = look_at(here(), name, Mounts::stay);
    if (!looked && looked.error().code == EXDEV) {
      ++mounts_;
      return {};
    }
    auto entry = TRY(named(name, std::move(looked)));
    if (!entry) return {};
    TRY(named(name, visitor_.each({here(), name, *entry, levels_.size()})));
    if (!S_ISDIR(entry->info.st_mode) || !visitor_.enters_directories) return {};
    auto left = TRY(named(name, names_in(entry->fd)));
    levels_.push_back({std::move(name), *std::move(entry), std::move(left)});
    if (levels_.size() > kMostHeld) levels_[levels_.size() - 1 - kMostHeld].entry.fd.reset();
    return {};
  }

  Result<void> leave() {
    const Level done = std::move(levels_.back());
    levels_.pop_back();
    // Before the visitor is called: it may remove the permission to search the directory.
    if (!hold_last(done.entry.fd)) return {};
    if (!visitor_.leave) return {};
    return named(done.name, visitor_.leave({here(), done.name, done.entry, levels_.size()}));
  }

  /// Opens the descriptor of the last level again. False if another process has moved that level or
  /// the directory `below` it: then the last level is one that is still in its place.
  bool hold_last(const Fd& below) {
    if (levels_.empty() || levels_.back().entry.fd) return true;
    Entry& last = levels_.back().entry;
    Fd above = parent_of(below);
    const auto info = stat_of(above);
    if (info && is_same(*info, last.info)) {
      last.fd = std::move(above);
      return true;
    }
    find_again();
    return false;
  }

  /// Walks down from the root to the last level that is still in its place.
  void find_again() {
    std::size_t found = 0;
    Fd at;
    while (found < levels_.size()) {
      const Level& level = levels_[found];
      auto entry = look_at(found == 0 ? root_ : at, level.name, Mounts::stay);
      if (!entry || !*entry || !is_same((*entry)->info, level.entry.info)) break;
      at = std::move((*entry)->fd);
      ++found;
    }
    levels_.erase(levels_.begin() + static_cast<std::ptrdiff_t>(found), levels_.end());
    if (found > 0) levels_.back().entry.fd = std::move(at);
  }

  const Fd& root_;
  const std::string& path_;
  const Visitor& visitor_;
  std::vector<std::string> root_names_;
  std::vector<Level> levels_;
  std::size_t mounts_ = 0;
};

bool is_kernels(const Fd& directory) {
  constexpr unsigned long kKernels[] = {
      PROC_SUPER_MAGIC,   SYSFS_MAGIC,   CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
      DEVPTS_SUPER_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,      SECURITYFS_MAGIC,
      BPF_FS_MAGIC,       SELINUX_MAGIC, EFIVARFS_MAGIC,     PSTOREFS_MAGIC,
  };
  struct statfs about_it {};
  if (::fstatfs(directory.get(), &about_it) < 0) return false;
  const auto type = static_cast<unsigned long>(about_it.f_type) & 0xffffffffUL;
  return std::find(std::begin(kKernels), std::end(kKernels), type) != std::end(kKernels);
}

bool is_at(const char* path, const struct stat& info) noexcept {
  struct stat there {};
  return ::stat(path, &there) == 0 && is_same(there, info);
}

/// True for /dev and everything in it on the same file system.
Result<bool> is_among_devices(const Fd& directory) {
  struct stat info = TRY(stat_of(directory));
  Fd above;
  for (;;) {
    if (is_at("/dev", info)) return true;
    above = parent_of(above ? above : directory);
    const auto next = stat_of(above);
    if (!next || next->st_dev != info.st_dev || is_same(*next, info)) return false;
    info = *next;
  }
}

}  // namespace

bool is_same(const struct stat& one, const struct stat& other) noexcept {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

Fd parent_of(const Fd& directory) noexcept {
  return open_in(directory, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

Result<bool> is_within(const Fd& directory, const struct stat& tree) {
  struct stat info = TRY(stat_of(directory));
  Fd above;
  for (;;) {
    if (is_same(info, tree)) return true;
    above = parent_of(above ? above : directory);
    const auto next = stat_of(above);
    if (!next || is_same(*next, info)) return false;
    info = *next;
  }
}

Result<void> refuse_vital(const Fd& directory) {
  const auto info = TRY(stat_of(directory));
  if (is_at("/", info)) return Error{"go through", 0, {}, "it is the root directory"};
  const bool is_vital = is_kernels(directory) || TRY(is_among_devices(directory));
  if (!is_vital) return {};
  return Error{"go through", 0, {}, "the files in /proc, /sys and /dev belong to the kernel"};
}

Result<std::size_t> visit_tree(const Fd& root, const std::string& path, const Visitor& visitor) {
  return TreeWalk(root, path, visitor).run();
}

}  // namespace pintle::sys
