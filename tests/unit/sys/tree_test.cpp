#include "sys/tree.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "../folder.hpp"

using namespace pintle;
using namespace pintle::sys;

namespace {

/// A chain of folders named "d", with a file in each, which is gone with it.
class DeepFolder {
 public:
  explicit DeepFolder(int depth)
      : root_(::open(path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    Fd at(::fcntl(root_.get(), F_DUPFD_CLOEXEC, 0));
    for (int level = 0; level < depth; ++level) at = deeper(at);
  }
  DeepFolder(const DeepFolder&) = delete;
  DeepFolder& operator=(const DeepFolder&) = delete;
  ~DeepFolder() { (void)visit_tree(root_, path(), remover()); }

  static Fd deeper(const Fd& at) {
    REQUIRE(::mkdirat(at.get(), "d", 0755) == 0);
    Fd next(::openat(at.get(), "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(next);
    REQUIRE(Fd(::openat(next.get(), "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0644)));
    return next;
  }
  static Visitor remover() {
    const auto remove = [](const Visit& one) -> Result<void> {
      (void)TRY(remove_name(one.directory, one.name, one.entry.info));
      return {};
    };
    return {.each = [remove](const Visit& one) -> Result<void> {
              return S_ISDIR(one.entry.info.st_mode) ? Result<void>() : remove(one);
            },
            .leave = remove};
  }
  const Fd& root() const noexcept { return root_; }
  const std::string& path() const noexcept { return folder_.path(); }

 private:
  Folder folder_;
  Fd root_;
};

/// Fewer descriptors than usual, as long as it lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t most) {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    const rlimit few{most, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_SUITE("sys/tree") {
  TEST_CASE("a tree of any depth is walked with few descriptors") {
    constexpr int kDepth = 3000;
    const DeepFolder deep(kDepth);
    const FewDescriptors few(100);
    int files = 0;
    std::size_t deepest = 0;
    int left = 0;
    const auto walked = visit_tree(deep.root(), deep.path(),
                                   {.each = [&](const Visit& one) -> Result<void> {
                                      if (!S_ISDIR(one.entry.info.st_mode)) ++files;
                                      deepest = std::max(deepest, one.depth);
                                      return {};
                                    },
                                    .leave = [&](const Visit& one) -> Result<void> {
                                      CHECK(*look_at(one.directory, one.name, Mounts::stay));
                                      ++left;
                                      return {};
                                    }});
    CHECK(walked);
    CHECK(files == kDepth);
    CHECK(left == kDepth);
    CHECK(deepest == kDepth);
    CHECK(visit_tree(deep.root(), deep.path(), DeepFolder::remover()));
    CHECK(names_in(deep.root())->empty());
  }

  TEST_CASE("what is moved away while it is walked is passed over, and the walk goes on") {
    constexpr std::size_t kDepth = 300;
    const DeepFolder deep(kDepth);
    const DeepFolder other(0);
    std::size_t files = 0;
    std::size_t left = 0;
    const auto walked =
        visit_tree(deep.root(), deep.path(),
                   {.each = [&](const Visit& one) -> Result<void> {
                      if (!S_ISDIR(one.entry.info.st_mode)) {
                        ++files;
                        return {};
                      }
                      if (one.depth != kDepth - 1) return {};
                      // The chain is taken out of the tree in its middle, and a link put in its
                      // place.
                      Fd at(::openat(deep.root().get(), ".", O_PATH | O_CLOEXEC));
                      for (int i = 0; i < 100; ++i)
                        at = Fd(::openat(at.get(), "d", O_PATH | O_CLOEXEC));
                      REQUIRE(::renameat(at.get(), "d", other.root().get(), "d") == 0);
                      REQUIRE(::symlinkat("/", at.get(), "d") == 0);
                      return {};
                    },
                    .leave = [&](const Visit&) -> Result<void> {
                      ++left;
                      return {};
                    }});
    CHECK(walked);
    CHECK(left < kDepth);
    CHECK(left >= 100);
    CHECK(files <= kDepth);
  }

  TEST_CASE(
      "nothing goes through the root or the kernel's own file systems, however they are "
      "called") {
    const DeepFolder folder(0);
    const auto refusal = [](const std::string& path) {
      const Fd fd(::open(path.c_str(), O_PATH | O_CLOEXEC));
      REQUIRE(fd);
      const auto walked =
          visit_tree(fd, path, {.each = [](const Visit&) { return Result<void>(); }});
      return walked ? std::string() : walked.error().message();
    };
    REQUIRE(::symlink("/", (folder.path() + "/link").c_str()) == 0);
    const std::string up = folder.path() + "/../..";
    CHECK(refusal("/") == "cannot go through '/': it is the root directory");
    CHECK(refusal(up) == "cannot go through '" + up + "': it is the root directory");
    CHECK(refusal(folder.path() + "/link").ends_with("it is the root directory"));
    for (const char* path : {"/proc", "/proc/self", "/proc/../dev", "/dev", "/sys", "/sys/class"}) {
      CAPTURE(path);
      if (::access(path, F_OK) == 0) CHECK(refusal(path).ends_with("belong to the kernel"));
    }
    CHECK(refusal(folder.path()).empty());
  }
}
