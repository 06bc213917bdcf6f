#include "sys/ownership.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <string>

#include "../folder.hpp"
#include "sys/new_file.hpp"

using namespace pintle;
using namespace pintle::sys;

namespace {

constexpr uid_t kOther = 4242;

/// A new file of that owner.
Fd file_in(const Folder& folder, const std::string& name, mode_t mode, uid_t owner = ::geteuid()) {
  Fd fd(::open((folder / name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  REQUIRE(fd);
  if (owner != ::geteuid()) REQUIRE(::fchown(fd.get(), owner, owner) == 0);
  REQUIRE(::fchmod(fd.get(), mode) == 0);
  return fd;
}

mode_t mode_of(const Fd& fd) {
  struct stat info {};
  REQUIRE(::fstat(fd.get(), &info) == 0);
  return info.st_mode & 07777;
}

struct stat info_with(uid_t uid, mode_t mode, nlink_t names = 1) {
  struct stat info {};
  info.st_uid = uid;
  info.st_gid = uid;
  info.st_mode = S_IFREG | mode;
  info.st_nlink = names;
  return info;
}

bool is_root() {
  if (::geteuid() == 0) return true;
  MESSAGE("not tested: it needs root");
  return false;
}

/// What `test` says in a child that may give no file away.
bool holds_without_cap_chown(const std::function<bool()>& test) {
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2] = {};
    data[0].effective = data[0].permitted = ~(1U << CAP_CHOWN) & 0xffU;
    if (::syscall(SYS_capset, &header, data) < 0) ::_exit(2);
    ::_exit(test() ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  return status == 0;
}

}  // namespace

TEST_SUITE("sys/ownership") {
  TEST_CASE("a mode is given where it differs, and only there") {
    const Folder folder;
    REQUIRE(::mkdir((folder / "d").c_str(), 0700) == 0);
    const Fd directory(::open((folder / "d").c_str(), O_PATH | O_CLOEXEC));
    const Ownership wanted{.uid = ::getuid(), .gid = ::getgid(), .mode = 02750};
    CHECK_FALSE(*has_ownership(directory, wanted));
    CHECK(give_ownership(directory, wanted));
    CHECK(*has_ownership(directory, wanted));
    CHECK(mode_of(directory) == 02750);
    CHECK(*has_ownership(directory, {}));
    CHECK(give_ownership(directory, {}));
    CHECK_FALSE(*has_ownership(directory, {.uid = ::getuid() + 1}));
    CHECK_FALSE(has_ownership(Fd(), {}));
  }

  TEST_CASE("a file of ours that is given away has its special bits afterwards") {
    if (!is_root()) return;
    const Folder folder;
    const Fd file = file_in(folder, "f", 0600);
    REQUIRE(give_ownership(file, {.uid = kOther, .gid = kOther, .mode = 06755}));
    CHECK(*has_ownership(file, {.uid = kOther, .gid = kOther, .mode = 06755}));
  }

  TEST_CASE("somebody else's file never gets a bit that makes it run as somebody") {
    if (!is_root()) return;
    const Folder folder;
    for (const mode_t mode : {04755U, 02755U, 06711U}) {
      CAPTURE(mode);
      const Fd file = file_in(folder, "f" + std::to_string(mode), 0644, kOther);
      for (const std::optional<uid_t>& uid : {std::optional<uid_t>(0), std::optional<uid_t>()}) {
        const auto given = give_ownership(file, {.uid = uid, .mode = mode});
        REQUIRE_FALSE(given);
        CHECK(given.error().detail.starts_with("another user could have written its content"));
        CHECK(*has_ownership(file, {.uid = kOther, .mode = 0644}));
      }
    }
    const Fd open_to_all = file_in(folder, "open", 0666);
    CHECK_FALSE(give_ownership(open_to_all, {.mode = 04755}));
  }

  TEST_CASE("special bits that a file has are gone with its owner") {
    if (!is_root()) return;
    const Folder folder;
    const Fd file = file_in(folder, "f", 04755, kOther);
    REQUIRE(give_ownership(file, {.uid = 0, .gid = 0}));
    CHECK(*has_ownership(file, {.uid = 0, .gid = 0, .mode = 0755}));
  }

  TEST_CASE("where the owner cannot be changed no special bit is given, and no file is left") {
    if (!is_root()) return;
    const Folder folder;
    CHECK(holds_without_cap_chown([&] {
      const Fd file = file_in(folder, "f", 0600);
      const auto given = give_ownership(file, {.uid = kOther, .gid = kOther, .mode = 06755});
      return !given && given.error().code == EPERM && mode_of(file) == 0755;
    }));
    CHECK(holds_without_cap_chown([&] {
      auto file = NewFile::begin(folder / "new");
      return file && !file->finish({.uid = kOther, .mode = 04755});
    }));
    CHECK(holds_without_cap_chown([&] {
      auto file = NewFile::begin(folder / "new");
      return file && !file->take_free_name({.uid = kOther, .mode = 04755});
    }));
    CHECK(folder.count() == 1);  // the first
  }

  TEST_CASE("a copy never takes over special mode bits") {
    CHECK(mode_of_copy(info_with(0, 07777)) == 0777);
    CHECK(mode_of_copy(info_with(::geteuid(), 04640)) == 0640);
  }

  TEST_CASE("the mode of somebody else's file forbids, and allows nothing more") {
    CHECK(mode_of_copy(info_with(kOther, 06777)) == 0755);
    CHECK(mode_of_copy(info_with(kOther, 0600)) == 0600);
    CHECK(mode_of_copy(info_with(kOther, 0666)) == 0644);
    CHECK(mode_in_place_of(info_with(kOther, 04777), 0644) == 0644);
    CHECK(mode_in_place_of(info_with(::geteuid(), 04750), 0644) == 0750);
    CHECK(mode_in_place_of(info_with(0, 06600), 0644) == 0600);
  }

  TEST_CASE("only an ordinary file of ours with one name is changed in its place") {
    CHECK(may_be_kept(info_with(::geteuid(), 0644), {.mode = 0600}));
    CHECK_FALSE(may_be_kept(info_with(::geteuid(), 0644, 2), {.mode = 0600}));
    CHECK_FALSE(may_be_kept(info_with(kOther, 0644), {.mode = 0600}));
    CHECK_FALSE(may_be_kept(info_with(::geteuid(), 0644), {.mode = 04755}));
  }

  TEST_CASE("a file that another user could have written does not become set-user-ID") {
    CHECK(refuse_lending(info_with(0, 0755), {.mode = 04755}));
    CHECK(refuse_lending(info_with(kOther, 0755), {.mode = 01755}));
    CHECK_FALSE(refuse_lending(info_with(kOther, 0755), {.mode = 02755}));
    CHECK_FALSE(refuse_lending(info_with(0, 0757), {.mode = 04755}));
    struct stat shared = info_with(0, 0775);
    CHECK(refuse_lending(shared, {.mode = 04755}));
    shared.st_gid = kOther;
    CHECK_FALSE(refuse_lending(shared, {.mode = 04755}));
  }
}
