#include <sys/wait.h>

#include "use.hpp"

using namespace pintle;
using namespace pintle::actions;

namespace {

Use line(const Folder& folder, const std::string& text) {
  return Use(kLine).with("path", folder / "a").with("text", text);
}

/// What `use` makes of the content, and again: a second time it has nothing to do.
std::string made_of(const Folder& folder, const std::string& content, const Use& use) {
  folder.write("a", content);
  CHECK(use.line() != "");
  CHECK(use.line() == "unchanged");
  return folder.read("a");
}

}  // namespace

TEST_SUITE("actions/line") {
  TEST_CASE("a line that is missing is appended, once") {
    const Folder folder;
    const Use use = line(folder, "b");
    CHECK(made_of(folder, "a\n", use) == "a\nb\n");
    CHECK(made_of(folder, "a", use) == "a\nb\n");
    CHECK(made_of(folder, "", use) == "b\n");
    CHECK(made_of(folder, "b\na\n", use) == "b\na\n");
    CHECK(made_of(folder, "a\nb", use) == "a\nb");
    CHECK(made_of(folder, "bb\n b\n", use) == "bb\n b\nb\n");
    CHECK(made_of(folder, "\n\n", use) == "\n\nb\n");
    CHECK(folder.count() == 1);
  }

  TEST_CASE("the last line that matches becomes the text, and no other changes") {
    const Folder folder;
    const Use use = line(folder, "port=$8").with("match", "^#?port=");
    CHECK(made_of(folder, "a\n#port=1\nport=2\nb", use) == "a\n#port=1\nport=$8\nb");
    CHECK(made_of(folder, "port=1", use) == "port=$8");
    CHECK(made_of(folder, "port=1\n", use) == "port=$8\n");
    CHECK(made_of(folder, "xport=1\n", use) == "xport=1\nport=$8\n");
    CHECK(made_of(folder, "#port=1\nport=$8\n", use) == "#port=1\nport=$8\n");
  }

  TEST_CASE("a text that its own pattern does not match is written once too") {
    const Folder folder;
    const Use use = line(folder, "on").with("match", "^off");
    CHECK(made_of(folder, "off 1\noff 2\n", use) == "off 1\non\n");
    CHECK(made_of(folder, "x\n", use) == "x\non\n");
  }

  TEST_CASE("a missing file is made, with the mode that is asked for") {
    const Folder folder;
    CHECK(line(folder, "x").line() == "made");
    CHECK(folder.read("a") == "x\n");
    CHECK((folder.stat("a").st_mode & 07777) == 0644);
    CHECK(line(folder, "x").mode("mode", 0600).line() == "changed");
    CHECK(line(folder, "x").mode("mode", 0600).line() == "unchanged");
    CHECK((folder.stat("a").st_mode & 07777) == 0600);
    CHECK(
        contains(Use(kLine).with("path", folder / "no/a").with("text", "x").line(), folder / "no"));
  }

  TEST_CASE("mode and owner of the file stay, whoever owns it") {
    if (::geteuid() != 0) return;
    const Folder folder;
    folder.write("a", "secret\n");
    REQUIRE(::chmod((folder / "a").c_str(), 0620) == 0);
    REQUIRE(::chown((folder / "a").c_str(), 1000, 1001) == 0);
    CHECK(line(folder, "x").line() == "changed");
    CHECK((folder.stat("a").st_mode & 07777) == 0620);
    CHECK(folder.stat("a").st_uid == 1000);
    CHECK(folder.stat("a").st_gid == 1001);
    CHECK(line(folder, "x").with("owner", "0:0").line() == "changed");
    CHECK((folder.stat("a").st_mode & 07777) == 0600);  // another user's mode allows nothing more
    CHECK(folder.stat("a").st_uid == 0);
    CHECK(line(folder, "x").with("owner", "0:0").line() == "unchanged");
  }

  TEST_CASE("what is no text file is an error, and stays") {
    const Folder folder;
    folder.write("victim", "v\n");
    REQUIRE(::symlink("victim", (folder / "a").c_str()) == 0);
    CHECK(contains(line(folder, "x").line(), "it is a symbolic link; name the file"));
    CHECK(folder.read("victim") == "v\n");
    REQUIRE(::unlink((folder / "a").c_str()) == 0);
    folder.write("a", std::string("a\0b\n", 4));
    CHECK(contains(line(folder, "x").line(), "there is a NUL byte in it"));
    REQUIRE(::unlink((folder / "a").c_str()) == 0);
    folder.make("a");
    CHECK(contains(line(folder, "x").line(), "cannot change '" + folder / "a" + "': it is not a"));
  }

  TEST_CASE("a file with a second name is replaced, not changed") {
    const Folder folder;
    folder.write("victim", "v\n");
    REQUIRE(::link((folder / "victim").c_str(), (folder / "a").c_str()) == 0);
    CHECK(line(folder, "x").line() == "changed");
    CHECK(folder.read("victim") == "v\n");
    CHECK(folder.read("a") == "v\nx\n");
  }

  TEST_CASE("a line is appended to a file that is a mount of its own, and none is replaced") {
    const Folder folder;
    folder.write("host", "a\nb");
    folder.write("a", "");
    if (::mount((folder / "host").c_str(), (folder / "a").c_str(), "", MS_BIND, "") != 0) {
      MESSAGE("not tested: no file can be mounted");
      return;
    }
    const Use use = line(folder, "x");
    CHECK(use.line() == "changed");
    CHECK(folder.read("host") == "a\nb\nx\n");
    CHECK(use.line() == "unchanged");
    CHECK(line(folder, "x").mode("mode", 0600).line() == "changed");
    CHECK((folder.stat("host").st_mode & 07777) == 0600);
    CHECK(contains(line(folder, "y").with("match", "^b").line(), "the file is a mount of its own"));
    CHECK(::umount2((folder / "a").c_str(), MNT_DETACH) == 0);
    CHECK(folder.read("host") == "a\nb\nx\n");
  }

  TEST_CASE("a line is appended where only the file may be written, not its directory") {
    const Folder folder;
    folder.write("a", "a\n");
    folder.write("linked", "l\n");
    REQUIRE(::link((folder / "linked").c_str(), (folder / "second").c_str()) == 0);
    if (::geteuid() != 0) {
      MESSAGE("not tested: needs another user");
      return;
    }
    REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
    for (const char* const name : {"a", "linked"}) {
      REQUIRE(::chown((folder / name).c_str(), 4321, 4321) == 0);
    }
    const pid_t child = ::fork();
    if (child == 0) {
      const bool is_other = ::setgid(4321) == 0 && ::setuid(4321) == 0;
      const bool appended = is_other && line(folder, "x").line() == "changed" &&
                            line(folder, "x").line() == "unchanged";
      const bool replaced = line(folder, "y").with("match", "^a").line() == "changed";
      const bool linked =
          Use(kLine).with("path", folder / "linked").with("text", "x").line() == "changed";
      ::_exit(appended && !replaced && !linked ? 0 : 1);
    }
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(folder.read("a") == "a\nx\n");
    CHECK(folder.read("second") == "l\n");
  }

  TEST_CASE("no part of a line stays in a mounted file when its disk is full") {
    const Folder folder;
    folder.make("disk");
    if (::mount("tmpfs", (folder / "disk").c_str(), "tmpfs", 0, "size=8k") != 0) {
      MESSAGE("not tested: no file system can be mounted");
      return;
    }
    folder.write("disk/host", std::string(5000, 'x'));
    folder.write("a", "");
    REQUIRE(::mount((folder / "disk/host").c_str(), (folder / "a").c_str(), "", MS_BIND, "") == 0);
    CHECK(contains(line(folder, std::string(9000, 'y')).line(), "No space left"));
    CHECK(folder.read("a") == std::string(5000, 'x'));
    CHECK(::umount2((folder / "a").c_str(), MNT_DETACH) == 0);
    CHECK(::umount2((folder / "disk").c_str(), MNT_DETACH) == 0);
  }

  TEST_CASE("a text is one line") {
    CHECK(check(kLine, "text", "a b$c") == "");
    CHECK(contains(check(kLine, "text", "a\nb"), "line break"));
  }
}
