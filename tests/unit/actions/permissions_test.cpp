#include "use.hpp"

using namespace pintle;
using namespace pintle::actions;

namespace {

mode_t mode_of(const Folder& folder, const std::string& name) {
  return folder.stat(name).st_mode & 07777;
}

}  // namespace

TEST_SUITE("actions/permissions") {
  TEST_CASE("files and folders get their modes, and only what differs is touched") {
    const Folder folder;
    folder.make("t/d");
    folder.write("t/d/f", "x");
    const Use use = Use(kPermissions)
                        .with("path", folder / "t")
                        .mode("mode", 0640)
                        .mode("directoryMode", 0750)
                        .flag("recursive");
    CHECK_FALSE(use.is_done());
    CHECK(mode_of(folder, "t/d/f") != 0640);
    CHECK(use.line() == "changed 3");
    CHECK(use.is_done());
    CHECK(mode_of(folder, "t") == 0750);
    CHECK(mode_of(folder, "t/d") == 0750);
    CHECK(mode_of(folder, "t/d/f") == 0640);
    CHECK(use.line() == "unchanged");
    REQUIRE(::chmod((folder / "t/d/f").c_str(), 0600) == 0);
    CHECK(use.line() == "changed 1");
  }

  TEST_CASE("links and files with several names are left alone and counted") {
    const Folder folder;
    folder.write("victim", "x");
    REQUIRE(::chmod((folder / "victim").c_str(), 0600) == 0);
    folder.make("t");
    REQUIRE(::link((folder / "victim").c_str(), (folder / "t/h").c_str()) == 0);
    REQUIRE(::symlink("../victim", (folder / "t/l").c_str()) == 0);
    const Use use =
        Use(kPermissions).with("path", folder / "t").mode("mode", 0666).flag("recursive");
    CHECK(contains(use.line(), "left alone 1"));
    CHECK(mode_of(folder, "victim") == 0600);
    CHECK(contains(Use(kPermissions).with("path", folder / "t/h").mode("mode", 0666).line(),
                   "it has other names"));
    CHECK(use.is_done());
    CHECK_FALSE(Use(kPermissions).with("path", folder / "t/h").mode("mode", 0666).is_done());
    CHECK_FALSE(Use(kPermissions).with("path", folder / "no").mode("mode", 0666).is_done());
    CHECK(Use(kPermissions).with("path", folder / "no").mode("mode", 0666).line() ==
          "cannot open '" + folder / "no" + "': No such file or directory");
  }

  TEST_CASE("the owner is given, links keep theirs" * doctest::skip(::geteuid() != 0)) {
    const Folder folder;
    folder.make("t");
    folder.write("t/f", "x");
    REQUIRE(::symlink("/etc/passwd", (folder / "t/l").c_str()) == 0);
    const Use use =
        Use(kPermissions).with("path", folder / "t").with("owner", "app").flag("recursive");
    CHECK(
        use.line() ==
        "changed 2; left alone 1 links, devices, and files that somebody else may have put there");
    CHECK(folder.stat("t/f").st_uid == 1000);
    CHECK(folder.stat("t").st_gid == 1000);
    CHECK(folder.stat("t/l").st_uid == 0);
  }

  TEST_CASE("the set-group-ID bit survives a change of owner" * doctest::skip(::geteuid() != 0)) {
    const Folder folder;
    folder.write("f", "x");
    const Use use =
        Use(kPermissions).with("path", folder / "f").with("owner", "app").mode("mode", 02755);
    CHECK(use.line() == "changed 1");
    CHECK(mode_of(folder, "f") == 02755);
    CHECK(use.line() == "unchanged");
  }
}
