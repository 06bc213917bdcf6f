#include "use.hpp"

using namespace pintle;
using namespace pintle::actions;

namespace {

mode_t directory_mode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
}

struct Wish {
  std::string path;
  std::optional<unsigned> mode{};
  std::string owner{};
};

Use use_of(const Wish& wish) {
  Use use(kDirectory);
  use.with("path", wish.path);
  if (wish.mode) use.mode("mode", *wish.mode);
  if (!wish.owner.empty()) use.with("owner", wish.owner);
  return use;
}

}  // namespace

TEST_SUITE("actions/directory") {
  TEST_CASE("a directory is made with its parents, then unchanged, then changed") {
    const Folder folder;
    const std::string path = folder / "a/b";
    CHECK_FALSE(use_of({path}).is_done());
    CHECK(use_of({path}).line() == "made");
    CHECK(directory_mode_of(path) == 0755);
    CHECK(use_of({path}).is_done());
    CHECK(use_of({path}).line() == "unchanged");
    const Wish private_one{path, 0700};
    CHECK_FALSE(use_of(private_one).is_done());
    CHECK(use_of(private_one).line() == "changed");
    CHECK(directory_mode_of(path) == 0700);
    CHECK(use_of(private_one).is_done());
    CHECK(use_of({path}).line() == "unchanged");
    CHECK(directory_mode_of(path) == 0700);
  }

  TEST_CASE("the mode is exact, whatever the umask") {
    const Folder folder;
    const mode_t before = ::umask(077);
    CHECK(use_of({folder / "x/y", 03775}).line() == "made");
    ::umask(before);
    CHECK(directory_mode_of(folder / "x/y") == 03775);
  }

  TEST_CASE("the owner is given" * doctest::skip(::geteuid() != 0)) {
    const Folder folder;
    const std::string path = folder / "owned";
    CHECK(use_of({path, 0750, "1234:4321"}).line() == "made");
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK(info.st_uid == 1234);
    CHECK(info.st_gid == 4321);
    CHECK(directory_mode_of(path) == 0750);
    CHECK(use_of({path, 0750, "1234:4321"}).line() == "unchanged");
  }

  TEST_CASE("a file in the way is an error that names the path") {
    const Folder folder;
    const std::string path = folder / "file";
    std::ofstream(path) << "x";
    CHECK_FALSE(use_of({path}).is_done());
    CHECK(use_of({path}).line() == "cannot enter '" + path + "': Not a directory");
    const Use below = use_of({path + "/below"});
    (void)below.line();
    CHECK(below.has_failed());
  }
}
