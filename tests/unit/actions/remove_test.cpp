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

  TEST_CASE("all that a pattern matches goes, and nothing else") {
    const Folder folder;
    for (const char* name : {"a.pid", "b.pid", ".c.pid", "pid", "*.x"}) folder.write(name, "x");
    REQUIRE(::symlink("pid", (folder / "l.pid").c_str()) == 0);
    const Use use = Use(kRemove).with("path", folder / "*.pid");
    CHECK_FALSE(use.is_done());
    CHECK(use.line() == "removed 3 entries");
    CHECK(folder.names() == std::vector<std::string>{"*.x", ".c.pid", "pid"});
    CHECK(use.is_done());
    CHECK(use.line() == "unchanged");
    CHECK(Use(kRemove).with("path", folder / "no/*.pid").line() == "unchanged");
    CHECK(Use(kRemove).with("path", folder / ".*").line() == "removed");
    CHECK(Use(kRemove).with("path", folder / R"(\*.x)").line() == "removed");
    CHECK(Use(kRemove).with("path", folder / "[o-q]id").line() == "removed");
    CHECK(folder.count() == 0);
  }

  TEST_CASE("a name that looks like a pattern is a name too") {
    const Folder folder;
    folder.write("a[1]", "x");
    CHECK(Use(kRemove).with("path", folder / "a[1]").line() == "removed");
    folder.make("d[1]");
    folder.write("d[1]/f", "x");
    CHECK(Use(kRemove).with("path", folder / "d[1]/f").line() == "removed");
    CHECK(contains(check(kRemove, "path", "/a*/b*"), "only its last component"));
    CHECK(check(kRemove, "path", "/a*/b") == "");
  }

  TEST_CASE("a pattern takes directories with all in them only if asked for") {
    const Folder folder;
    folder.make("t1/a");
    folder.write("t2", "x");
    folder.write("t3", "x");
    CHECK(contains(Use(kRemove).with("path", folder / "t*").line(),
                   "cannot remove '" + folder / "t1" + "'"));
    CHECK(folder.names() == std::vector<std::string>{"t1"});  // the others had their turn
    CHECK(Use(kRemove).with("path", folder / "t*").flag("recursive").line() == "removed 2 entries");
    CHECK(folder.count() == 0);
  }

  TEST_CASE("a recursive pattern never stands in the root or among the kernel's directories") {
    CHECK(contains(Use(kRemove).with("path", "/*").flag("recursive").problem(),
                   "the root directory"));
    CHECK(contains(Use(kRemove).with("path", "/proc/*").flag("recursive").problem(),
                   "to the kernel"));
    CHECK(Use(kRemove).with("path", "/*.pid").problem() == "");
    CHECK(Use(kRemove).with("path", "/run/*").flag("recursive").problem() == "");
    CHECK(contains(Use(kRemove).with("path", "/tmp/../no-such*").flag("recursive").line(),
                   "it is the root directory"));
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
      CHECK(contains(Use(kRemove).with("path", path).flag("recursive").problem(), "to the kernel"));
      CHECK(Use(kRemove).with("path", path).problem() == "");
    }
    for (const char* path : {"/dev/shm/x", "/data/proc", "proc", "/proc${X}"}) {
      CHECK(Use(kRemove).with("path", path).flag("recursive").problem() == "");
    }
    CHECK(contains(
        Use(kPermissions).with("path", "/a/..").flag("recursive").mode("mode", 0640).problem(),
        "it is the root directory; name a directory below it"));
  }
}
