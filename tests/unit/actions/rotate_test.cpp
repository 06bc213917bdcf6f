#include "actions/rotation.hpp"
#include "use.hpp"

using namespace pintle;
using namespace pintle::actions;
using namespace std::chrono_literals;

namespace {

using Names = std::vector<std::string>;

constexpr std::size_t kRename = 0;
constexpr std::size_t kCopyTruncate = 1;

Use rotating(const std::string& path, std::size_t method = kRename) {
  return Use(kRotate)
      .with("path", path)
      .size("largerThan", 2)
      .with("method", method == kRename ? "rename" : "copyTruncate");
}

/// A name of the form that a kill leaves where files without a name cannot be made.
const char* const kLeft = ".log.0123456789abcdef";

}  // namespace

TEST_SUITE("actions/rotate") {
  TEST_CASE("a log is due when it is too large or too old, never when it is empty") {
    struct Row {
      off_t size;
      std::int64_t begun;
      RotateRules rules;
      bool is_due;
    };
    const Row rows[] = {
        {10, 5, {}, false},
        {10, 5, {.larger_than = 10}, false},
        {11, 5, {.larger_than = 10}, true},
        {1, 5, {.larger_than = 0}, true},
        {0, 5, {.larger_than = 0, .begun_before = 9}, false},
        {10, 5, {.begun_before = 5}, false},
        {10, 5, {.begun_before = 6}, true},
        {10, 5, {.larger_than = 99, .begun_before = 6}, true},
        {10, 7, {.larger_than = 9, .begun_before = 6}, true},
    };
    for (const Row& row : rows) {
      const Log log{.begun = row.begun, .content = row.size};
      CHECK(is_due(log, row.rules) == row.is_due);
    }
  }

  TEST_CASE("both methods put it aside, number by number, and keep as many as wanted") {
    for (const std::size_t method : {kRename, kCopyTruncate}) {
      const Folder folder;
      const auto use = [&] { return rotating(folder / "log", method).number("keep", 2); };
      for (const char* content : {"111", "222", "333"}) {
        folder.write("log", content);
        CHECK_FALSE(use().is_done());
        CHECK(use().line() == "rotated 1 files, 3 bytes");
        CHECK(use().is_done());
        CHECK(use().line() == "unchanged");
      }
      CHECK(folder.names() == Names{"log", "log.1", "log.2"});
      CHECK(folder.read("log") == "");
      CHECK(folder.read("log.1") == "333");
      CHECK(folder.read("log.2") == "222");
    }
  }

  TEST_CASE("the new file has mode and owner of the old one, without set-user-ID") {
    for (const std::size_t method : {kRename, kCopyTruncate}) {
      const Folder folder;
      folder.write("log", "123");
      const bool is_root = ::geteuid() == 0;
      if (is_root) REQUIRE(::chown((folder / "log").c_str(), 1000, 1001) == 0);
      REQUIRE(::chmod((folder / "log").c_str(), 04606) == 0);
      const ino_t before = folder.stat("log").st_ino;
      CHECK(rotating(folder / "log", method).line() == "rotated 1 files, 3 bytes");
      const struct stat log = folder.stat("log");
      const struct stat rotated = folder.stat("log.1");
      CHECK((method == kRename ? rotated : log).st_ino == before);
      const struct stat& made = method == kRename ? log : rotated;
      CHECK((made.st_mode & 07777) == 0606);
      if (is_root) CHECK(made.st_uid == 1000);
      if (is_root) CHECK(made.st_gid == 1001);
    }
  }

  TEST_CASE("by default five are kept") {
    const Folder folder;
    for (const char* name : {"log", "log.1", "log.2", "log.3", "log.4", "log.5"}) {
      folder.write(name, name);
    }
    CHECK(rotating(folder / "log").line() == "rotated 1 files, 3 bytes");
    CHECK(folder.names() == Names{"log", "log.1", "log.2", "log.3", "log.4", "log.5"});
    CHECK(folder.read("log.5") == "log.4");
  }

  TEST_CASE("fewer to keep than before: the others go with the next rotation") {
    const Folder folder;
    for (const char* name : {"log", "log.1", "log.2", "log.3", "log.7"}) folder.write(name, name);
    const auto use = [&] { return rotating(folder / "log").number("keep", 1); };
    CHECK(use().foreseen() ==
          Names{"rotate " + (folder / "log") + " 3", "remove " + (folder / "log.1") + " 5",
                "remove " + (folder / "log.2") + " 5", "remove " + (folder / "log.3") + " 5"});
    CHECK(use().line() == "rotated 1 files, 3 bytes");
    CHECK(folder.names() == Names{"log", "log.1", "log.7"});
    CHECK(folder.read("log.1") == "log");
  }

  TEST_CASE("a gap in the numbers is closed, and those behind it stay as they are") {
    for (const std::size_t method : {kRename, kCopyTruncate}) {
      const Folder folder;
      for (const char* name : {"log", "log.1", "log.3", "log.4"}) folder.write(name, name);
      const auto use = [&] { return rotating(folder / "log", method).number("keep", 3); };
      CHECK(use().foreseen() ==
            Names{"rotate " + (folder / "log") + " 3", "remove " + (folder / "log.4") + " 5"});
      CHECK(use().line() == "rotated 1 files, 3 bytes");
      CHECK(folder.names() == Names{"log", "log.1", "log.2", "log.3"});
      CHECK(folder.read("log.1") == "log");
      CHECK(folder.read("log.2") == "log.1");
      CHECK(folder.read("log.3") == "log.3");
    }
  }

  TEST_CASE("what a kill in the middle left is mended by the next rotation") {
    for (const std::size_t method : {kRename, kCopyTruncate}) {
      const Folder folder;
      // After the link: log.1 is log. The others had been moved up, and a new file waits unnamed.
      for (const char* name : {"log", "log.2", "log.3", kLeft}) folder.write(name, name);
      folder.write(".log.1.0123456789abcdef", "half a copy");
      folder.write(".log.0123456789abcdeg", "somebody's");
      REQUIRE(::link((folder / "log").c_str(), (folder / "log.1").c_str()) == 0);
      const auto use = [&] { return rotating(folder / "log", method); };
      CHECK(use().foreseen() == Names{"rotate " + (folder / "log") + " 3"});
      CHECK(use().line() == "rotated 1 files, 3 bytes");
      CHECK(folder.names() == Names{".log.0123456789abcdeg", "log", "log.1", "log.2", "log.3"});
      CHECK(folder.read("log") == "");
      CHECK(folder.read("log.1") == "log");
      CHECK(folder.read("log.2") == "log.2");
      CHECK(folder.stat("log.1").st_nlink == 1);
    }
  }

  TEST_CASE("its age counts from when it was made or last rotated, by either method") {
    const Folder folder;
    const auto use = [&] {
      return Use(kRotate).with("path", folder / "log").duration("olderThan", 1min);
    };
    folder.write("log", "new");
    CHECK(use().line() == "unchanged");
    folder.age("log", 61);
    folder.write("log.1", "a copy made just now");
    CHECK(use().line() == "unchanged");
    folder.age("log.1", 120);
    CHECK(use().line() == "rotated 1 files, 3 bytes");
    folder.write("log", "more");
    CHECK(use().line() == "unchanged");
    folder.age("log", 61);
    CHECK(use().line() == "rotated 1 files, 4 bytes");
  }

  TEST_CASE("absent and empty are a success with nothing to do") {
    const Folder folder;
    folder.write("empty", "");
    for (const std::string& path : {folder / "none", folder / "no/such", folder / "empty",
                                    folder / "*.log", folder / "no/*.log"}) {
      const auto use = [&] { return Use(kRotate).with("path", path).size("largerThan", 0); };
      CHECK(use().line() == "unchanged");
      CHECK(use().is_done());
      CHECK(use().foreseen() == Names());
    }
    CHECK(folder.names() == Names{"empty"});
  }

  TEST_CASE("a pattern means files, not what is rotated, hidden or a link, and all have a turn") {
    const Folder folder;
    for (const char* name : {"a", "b.log", "c.log", "c.log.1", "c.log.10", ".hidden", "app.log"}) {
      folder.write(name, "123");
    }
    folder.make("d.log");
    folder.make("app.log.1");
    folder.write("app.log.1/in", "x");
    REQUIRE(::symlink("a", (folder / "l.log").c_str()) == 0);
    const auto use = [&](const char* pattern) { return rotating(folder / pattern); };
    CHECK(use("?.log").line() == "rotated 2 files, 6 bytes");
    CHECK(folder.read("c.log.2") == "123");
    CHECK(folder.has("b.log.1"));
    CHECK_FALSE(folder.has("a.1"));
    for (const char* name : {"a", "b.log"}) folder.write(name, "1234");
    // The first of them fails, and the others are rotated nevertheless.
    CHECK(contains(rotating(folder / "*").number("keep", 1).line(),
                   "cannot remove '" + (folder / "app.log.2") + "'"));
    CHECK(folder.read("a.1") == "1234");
    CHECK(folder.read("b.log.1") == "1234");
    CHECK(folder.read(".hidden") == "123");
    CHECK_FALSE(folder.has("c.log.10.1"));
  }

  TEST_CASE("what is no regular file of one name is refused") {
    const Folder folder;
    folder.write("target", "123");
    folder.make("directory");
    REQUIRE(::symlink("target", (folder / "link").c_str()) == 0);
    REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
    for (const std::size_t method : {kRename, kCopyTruncate}) {
      for (const char* name : {"directory", "link", "fifo"}) {
        const auto use = rotating(folder / name, method);
        CHECK(use.line() == "cannot rotate '" + (folder / name) + "': it is not a regular file");
        CHECK_FALSE(use.is_done());
      }
      if (::geteuid() != 0) continue;
      REQUIRE(::link((folder / "target").c_str(), (folder / "other").c_str()) == 0);
      CHECK(contains(rotating(folder / "other", method).line(), "it has other names"));
      REQUIRE(::unlink((folder / "other").c_str()) == 0);
    }
    CHECK(folder.read("target") == "123");
  }

  TEST_CASE("a link to another's file could be where others may write, or its owner is another") {
    struct Row {
      mode_t directory_mode;
      uid_t directory_owner;
      uid_t file_owner;
      bool could_be;
    };
    const Row rows[] = {{0755, 0, 0, false},   {0755, 0, 1000, false}, {0750, 1000, 1000, false},
                        {0755, 1000, 0, true}, {0775, 0, 1000, true},  {01777, 0, 0, true}};
    for (const Row& row : rows) {
      struct stat directory {};
      struct stat file {};
      directory.st_mode = S_IFDIR | row.directory_mode;
      directory.st_uid = row.directory_owner;
      file.st_uid = row.file_owner;
      CHECK(could_be_planted(directory, file) == row.could_be);
    }
  }

  TEST_CASE("a path names a file, and only its end is a pattern") {
    struct Row {
      const char* path;
      bool is_fine;
    };
    const Row rows[] = {{"/var/log/app.log", true},
                        {"app.log", true},
                        {"/var/log/*.log", true},
                        {"*", true},
                        {"/a/..b", true},
                        {"/var/*/app.log", false},
                        {"/a[b]/c", false},
                        {"/var/log/", false},
                        {"/", false},
                        {"/a/..", false},
                        {"", false}};
    for (const Row& row : rows) {
      CHECK(check(kRotate, "path", row.path).empty() == row.is_fine);
      const auto use = Use(kRotate).with("path", row.path).size("largerThan", 1 << 30);
      CHECK(contains(use.line(), "cannot rotate") != row.is_fine);
    }
    CHECK(Use(kRotate).with("path", "/a").problem() != "");
    CHECK(Use(kRotate).with("path", "/a").size("largerThan", 1).problem() == "");
  }
}
