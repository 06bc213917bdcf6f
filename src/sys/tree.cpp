#include "sys/tree.hpp"

#include <cerrno>
#include <utility>
#include <vector>

namespace pintle::sys {
namespace {

/// A directory whose names are being visited.
struct Level {
  std::string name;
  Entry entry;
  std::vector<std::string> left{};
};

class TreeWalk {
 public:
  TreeWalk(const Fd& root, const std::string& path, const Visitor& visitor)
      : root_(root), path_(path), visitor_(visitor) {}

  Result<std::size_t> run() {
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

  std::string path_of(const std::string& name) const {
    std::string path = path_;
    for (const Level& level : levels_) path += "/" + level.name;
    return path + "/" + name;
  }

  Result<void> visit(std::string name) {
    auto looked = look_at(here(), name, Mounts::stay);
    if (!looked && looked.error().code == EXDEV) {
      ++mounts_;
      return {};
    }
    auto entry = TRY(about(path_of(name), std::move(looked)));
    if (!entry) return {};
    TRY(about(path_of(name), visitor_.each({here(), name, *entry, levels_.size()})));
    if (!S_ISDIR(entry->info.st_mode) || !visitor_.enters_directories) return {};
    if (levels_.size() == kDeepestTree) {
      return Error{"enter", 0, path_of(name), "the tree is too deep"};
    }
    auto left = TRY(about(path_of(name), names_in(entry->fd)));
    levels_.push_back({std::move(name), *std::move(entry), std::move(left)});
    return {};
  }

  Result<void> leave() {
    const Level done = std::move(levels_.back());
    levels_.pop_back();
    if (!visitor_.leave) return {};
    return about(path_of(done.name),
                 visitor_.leave({here(), done.name, done.entry, levels_.size()}));
  }

  const Fd& root_;
  const std::string& path_;
  const Visitor& visitor_;
  std::vector<std::string> root_names_;
  std::vector<Level> levels_;
  std::size_t mounts_ = 0;
};

}  // namespace

Result<std::size_t> visit_tree(const Fd& root, const std::string& path, const Visitor& visitor) {
  return TreeWalk(root, path, visitor).run();
}

}  // namespace pintle::sys
