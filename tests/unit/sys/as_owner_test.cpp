#include "sys/as_owner.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>

#include "../folder.hpp"
#include "sys/capabilities.hpp"
#include "sys/file.hpp"
#include "sys/tree.hpp"
#include "sys/walk.hpp"

using namespace pintle;
using namespace pintle::sys;

namespace {

constexpr uid_t kOwner = 4711;
const CapabilitySet kSetuid = CapabilitySet{}.add(CAP_SETUID);

/// Runs `body` in a child that is root with these capabilities alone; the number that it returns.
int as_root_with(CapabilitySet kept, const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(set_capabilities({kept, kept, {}}) ? body() : 99);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

/// A tree that only its owner may enter: a/b/file.
class Closed : public Folder {
 public:
  Closed() {
    make("a/b");
    write("a/b/file", "x");
    close("a/b/file", 0600);
    close("a/b", 0700);
    close("a", 0700);
    REQUIRE(::chmod(path().c_str(), 0755) == 0);
  }
  void close(const char* name, mode_t mode) const {
    REQUIRE(::chmod((*this / name).c_str(), mode) == 0);
    REQUIRE(::chown((*this / name).c_str(), kOwner, kOwner) == 0);
  }
};

uid_t present() {
  return static_cast<uid_t>(::setfsuid(static_cast<uid_t>(-1)));
}

}  // namespace

TEST_SUITE("sys/as_owner" * doctest::skip(::geteuid() != 0)) {
  TEST_CASE("root walks and removes a tree that only its owner may enter") {
    const Closed folder;
    CHECK(as_root_with(kSetuid, [&] {
            const auto root = reach_anything(folder / "a");
            if (!root) return 1;
            int seen = 0;
            const auto remove = [&](const Visit& one) -> Result<void> {
              ++seen;
              (void)TRY(remove_name(one.directory, one.name, one.entry.info));
              return {};
            };
            const Visitor visitor{.each = [&](const Visit& one) -> Result<void> {
                                    return S_ISDIR(one.entry.info.st_mode) ? Result<void>()
                                                                           : remove(one);
                                  },
                                  .leave = remove};
            if (!visit_tree(*root, folder / "a", visitor)) return 2;
            return seen == 2 ? 0 : 3;
          }) == 0);
    CHECK_FALSE(folder.has("a/b"));
  }

  TEST_CASE("root reads and finds a file that only its owner may read") {
    const Closed folder;
    CHECK(as_root_with(kSetuid, [&] {
            const auto text = read_trusted_file(folder / "a/b/file", 10);
            if (!text || *text != "x") return 1;
            if (!find(folder / "a/b/file") || find(folder / "a/b/none")) return 2;
            const auto here = working_directory();
            return open_without_links(*here, folder / "a/b/file") ? 0 : 3;
          }) == 0);
  }

  TEST_CASE("without CAP_SETUID it stays closed to root") {
    const Closed folder;
    CHECK(as_root_with({}, [&] {
            const auto read = read_trusted_file(folder / "a/b/file", 10);
            return !read && read.error().code == EACCES && present() == 0 ? 0 : 1;
          }) == 0);
  }

  TEST_CASE("what its owner may not open stays closed as well") {
    const Closed folder;
    REQUIRE(::chmod((folder / "a/b/file").c_str(), 0) == 0);
    CHECK(as_root_with(kSetuid, [&] {
            const auto read = read_trusted_file(folder / "a/b/file", 10);
            return !read && read.error().code == EACCES && present() == 0 ? 0 : 1;
          }) == 0);
  }

  TEST_CASE("a link in such a directory is not followed") {
    const Closed folder;
    folder.write("secret", "s");
    std::filesystem::create_symlink(folder / "secret", folder / "a/link");
    REQUIRE(::lchown((folder / "a/link").c_str(), kOwner, kOwner) == 0);
    CHECK(as_root_with(kSetuid, [&] {
            const auto read = read_trusted_file(folder / "a/link", 10);
            return !read && read.error().code == ELOOP ? 0 : 1;
          }) == 0);
  }

  TEST_CASE("afterwards the process is what it was, and its capabilities are") {
    const Closed folder;
    const CapabilitySet kept = CapabilitySet(kSetuid).add(CAP_CHOWN);
    CHECK(as_root_with(kept, [&] {
            (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
            (void)::prctl(PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
            if (!reach_anything(folder / "a/b")) return 1;
            errno = EACCES;
            {
              const Fd at(::open((folder / "a").c_str(), O_PATH | O_CLOEXEC));
              const AsOwner owner(at.get());
              if (!owner.is_other() || present() != kOwner || errno != EACCES) return 2;
              if (::geteuid() != 0 || held_capabilities()->effective.has(CAP_CHOWN)) return 3;
            }
            int signal = 0;
            (void)::prctl(PR_GET_PDEATHSIG, &signal, 0, 0, 0);
            const bool is_dumpable = ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0;
            if (present() != 0 || signal != SIGUSR1 || is_dumpable || errno != EACCES) return 4;
            return held_capabilities()->effective == kept ? 0 : 5;
          }) == 0);
  }

  TEST_CASE("nothing is made in such a directory") {
    const Closed folder;
    CHECK(as_root_with(kSetuid, [&] {
            const auto made = reach_directory(folder / "a/new", Missing::make);
            return !made && made.error().code == EACCES ? 0 : 1;
          }) == 0);
    CHECK_FALSE(folder.has("a/new"));
  }
}
