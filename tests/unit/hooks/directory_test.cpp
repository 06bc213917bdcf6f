#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "hooks/builtin.hpp"

using namespace pintle;
using namespace pintle::hooks;

namespace {

std::string fresh_folder() {
  char name[] = "/tmp/pintle-test-XXXXXX";
  REQUIRE(::mkdtemp(name) != nullptr);
  return name;
}

mode_t mode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
}

struct Wish {
  std::string path;
  std::optional<std::int64_t> mode{};
  std::string owner{};
};

config::Params params_of(const Wish& wish) {
  config::Params params;
  params.set("path", wish.path);
  if (wish.mode) params.set("mode", *wish.mode);
  if (!wish.owner.empty()) params.set("owner", wish.owner);
  return params;
}

const config::Environ kNothing;
const config::Variables kNone;
const config::Scope kScope(kNothing, kNone, kNone);
const sys::Accounts kAccounts;

Result<std::string> fulfil(const Wish& wish) {
  return kDirectory.run(params_of(wish), {kAccounts, kScope});
}
bool is_fulfilled(const Wish& wish) {
  return kDirectory.is_done(params_of(wish), {kAccounts, kScope});
}

}  // namespace

TEST_SUITE("hooks/directory") {
  TEST_CASE("a directory is made with its parents, then unchanged, then changed") {
    const std::string path = fresh_folder() + "/a/b";
    CHECK_FALSE(is_fulfilled({path}));
    CHECK(*fulfil({path}) == "made");
    CHECK(mode_of(path) == 0755);
    CHECK(is_fulfilled({path}));
    CHECK(*fulfil({path}) == "unchanged");
    const Wish private_one{path, 0700};
    CHECK_FALSE(is_fulfilled(private_one));
    CHECK(*fulfil(private_one) == "changed");
    CHECK(mode_of(path) == 0700);
    CHECK(is_fulfilled(private_one));
    CHECK(*fulfil({path}) == "unchanged");
    CHECK(mode_of(path) == 0700);
  }

  TEST_CASE("the mode is exact, whatever the umask") {
    const std::string folder = fresh_folder();
    const mode_t before = ::umask(077);
    CHECK(*fulfil({folder + "/x/y", 03775}) == "made");
    ::umask(before);
    CHECK(mode_of(folder + "/x/y") == 03775);
  }

  TEST_CASE("the owner is given" * doctest::skip(::geteuid() != 0)) {
    const std::string path = fresh_folder() + "/owned";
    CHECK(*fulfil({path, 0750, "1234:4321"}) == "made");
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK(info.st_uid == 1234);
    CHECK(info.st_gid == 4321);
    CHECK(mode_of(path) == 0750);
    CHECK(*fulfil({path, 0750, "1234:4321"}) == "unchanged");
  }

  TEST_CASE("a file in the way is an error that names the path") {
    const std::string path = fresh_folder() + "/file";
    std::ofstream(path) << "x";
    CHECK_FALSE(is_fulfilled({path}));
    const auto result = fulfil({path});
    REQUIRE_FALSE(result);
    CHECK(result.error().message() == "cannot enter '" + path + "': Not a directory");
    CHECK_FALSE(fulfil({path + "/below"}));
  }
}
