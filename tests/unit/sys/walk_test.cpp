#include "sys/walk.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>

#include "../folder.hpp"
#include "sys/file.hpp"

using namespace pintle;
using namespace pintle::sys;

namespace {

/// A folder that nobody else may write to, so that links below it are trusted. It stands below
/// /tmp, which everybody may write to, so that it is entered first.
class Entered : public Folder {
 public:
  Entered() { REQUIRE(::chdir(path().c_str()) == 0); }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;
  ~Entered() { (void)!::chdir("/"); }
};

mode_t walked_mode_of(const Fd& fd) {
  struct stat info {};
  REQUIRE(::fstat(fd.get(), &info) == 0);
  return info.st_mode & 07777;
}

}  // namespace

TEST_SUITE("sys/walk") {
  TEST_CASE("missing folders are made only when that is asked for") {
    const Entered folder;
    CHECK(reach_directory("a/b/c", Missing::fail).error().code == ENOENT);
    const auto made = reach_directory("a/b/c", Missing::make);
    REQUIRE(made);
    CHECK(made->was_made);
    CHECK(walked_mode_of(made->directory) == 0700);
    CHECK(walked_mode_of(reach_directory("a/b", Missing::fail)->directory) == 0755);
    const auto again = reach_directory(folder.path() + "//a/./b/c/", Missing::make);
    REQUIRE(again);
    CHECK_FALSE(again->was_made);
    CHECK(reach_directory("a/b/../b/c", Missing::fail));
    CHECK(reach_directory("/", Missing::make));
  }

  TEST_CASE("a file on the way, or at its end, is no directory") {
    const Entered folder;
    std::ofstream("file") << "x";
    CHECK(reach_directory("file", Missing::make).error().code == ENOTDIR);
    CHECK_FALSE(reach_directory("file/x", Missing::make));
  }

  TEST_CASE("links are followed in folders that nobody else may write to, and only there") {
    const Entered folder;
    REQUIRE(::mkdir("real", 0755) == 0);
    REQUIRE(::symlink("real", "link") == 0);
    CHECK(reach_directory("link", Missing::fail));
    CHECK(reach_directory("link/made", Missing::make));
    REQUIRE(::symlink("loop", "loop") == 0);
    CHECK(reach_directory("loop", Missing::fail).error().code == ELOOP);
    REQUIRE(::mkdir("open", 0755) == 0);
    REQUIRE(::chmod("open", 0777) == 0);
    REQUIRE(::symlink("../real", "open/link") == 0);
    CHECK(reach_directory("open/link", Missing::fail).error().code == ELOOP);
    // What lies below a folder that others write to may have been put there as a whole.
    REQUIRE(::mkdir("open/safe", 0755) == 0);
    REQUIRE(::symlink("../../real", "open/safe/link") == 0);
    CHECK(reach_directory("open/safe/link", Missing::fail).error().code == ELOOP);
  }

  TEST_CASE("without links, no component may be one, whoever owns it") {
    const Entered folder;
    REQUIRE(::mkdir("real", 0755) == 0);
    std::ofstream("real/file") << "x";
    REQUIRE(::symlink("real", "link") == 0);
    REQUIRE(::symlink("file", "real/link") == 0);
    REQUIRE(::mkfifo("real/fifo", 0600) == 0);
    const auto here = working_directory();
    REQUIRE(here);
    const auto message = [&](const char* path) {
      const auto opened = open_without_links(*here, path);
      return opened ? std::string() : opened.error().message();
    };
    CHECK(message("real/file") == "");
    CHECK(message("./real//../real/file") == "");
    CHECK(message((folder.path() + "/real/file").c_str()) == "");
    CHECK(message("link/file") == "cannot open 'link/file': there is a symbolic link in this path");
    CHECK(message("real/link") == "cannot read 'real/link': it is a symbolic link");
    CHECK(message("real/fifo") == "cannot read 'real/fifo': it is not a regular file");
    CHECK(message("real") == "cannot read 'real': it is not a regular file");
    CHECK(message("real/none") == "cannot open 'real/none': No such file or directory");
    CHECK(message("real/file/x") == "cannot open 'real/file/x': Not a directory");
    CHECK(reach_without_links(*here, "real/link"));  // the link itself
    CHECK_FALSE(reach_without_links(*here, "real/link/"));
  }
}

TEST_SUITE("sys/file") {
  TEST_CASE("a regular file is read whole, up to the limit") {
    const Entered folder;
    std::ofstream("small") << "text\n";
    std::ofstream("empty") << "";
    std::ofstream("large") << std::string(100'000, 'x');
    CHECK(*read_file("small", 5) == "text\n");
    CHECK(read_file("small", 4).error().code == EFBIG);
    CHECK(read_file("empty", 0)->empty());
    CHECK(read_file("large", 100'000)->size() == 100'000);
    CHECK_FALSE(read_file("large", 99'999));
  }

  TEST_CASE("what is no regular file is refused without waiting") {
    const Entered folder;
    REQUIRE(::mkfifo("fifo", 0600) == 0);
    for (const char* path : {"fifo", ".", "/dev/null", "/dev/zero", "/no/such"}) {
      CAPTURE(path);
      CHECK_FALSE(read_file(path, 10));
    }
    CHECK(read_file("/no/such", 10).error().message() ==
          "cannot open '/no/such': No such file or directory");
  }
}
