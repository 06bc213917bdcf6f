#include "use.hpp"

using namespace pintle;
using namespace pintle::actions;

TEST_SUITE("actions/remove") {
  TEST_CASE("a file, a link and an empty folder go; absent is a success") {
    const Folder folder;
    folder.write("f", "x");
    REQUIRE(::symlink("f", (folder / "l").c_str()) == 0);
    folder.make("d");
    for (const auto* name : {"l", "f", "d"}) {
      const Use use = Use(kRemove).with("path", folder / name);
      CHECK_FALSE(use.is_done());
      CHECK(use.line() == "removed");
      CHECK(use.is_done());
      CHECK(use.line() == "unchanged");
    }
    CHECK(Use(kRemove).with("path", folder / "no/such").line() == "unchanged");
    CHECK(folder.count() == 0);
  }

  TEST_CASE("a tree goes only if asked for, and no link in it is followed") {
    const Folder folder;
    folder.make("out");
    folder.write("out/keep", "x");
    folder.make("t/a/b");
    folder.write("t/a/f", "x");
    REQUIRE(::symlink("../../out", (folder / "t/a/l").c_str()) == 0);
    CHECK(contains(Use(kRemove).with("path", folder / "t").line(), "cannot remove"));
    CHECK(Use(kRemove).with("path", folder / "t").flag("recursive").line() == "removed 5 entries");
    CHECK_FALSE(folder.has("t"));
    CHECK(folder.read("out/keep") == "x");
  }

  TEST_CASE("what is no name is refused") {
    const Folder folder;
    for (const std::string path : {"/", "", ".", "..", "/tmp/.", "/tmp/..", "//", "/tmp/"}) {
      CHECK(contains(Use(kRemove).with("path", path).flag("recursive").line(), "cannot remove"));
    }
    CHECK(folder.count() == 0);
  }

  TEST_CASE("a tree is never too deep") {
    const Folder folder;
    std::string deep = "t";
    for (int i = 0; i < 300; ++i) deep += "/d";
    folder.make(deep);
    CHECK(Use(kRemove).with("path", folder / "t").flag("recursive").line() ==
          "removed 301 entries");
  }

  TEST_CASE("the root and the kernel's own folders are refused by their text, if that tells") {
    for (const char* path : {"/proc/x", "/x/../sys/x", "/dev/x"}) {
      CHECK(contains(Use(kRemove).with("path", path).flag("recursive").problem(), "the kernel's"));
      CHECK(Use(kRemove).with("path", path).problem() == "");
    }
    for (const char* path : {"/dev/shm/x", "/data/proc", "proc", "/proc${X}"}) {
      CHECK(Use(kRemove).with("path", path).flag("recursive").problem() == "");
    }
    CHECK(contains(
        Use(kPermissions).with("path", "/a/..").flag("recursive").mode("mode", 0640).problem(),
        "that is everything"));
  }
}
