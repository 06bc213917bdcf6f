#include "sys/entry.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "../folder.hpp"
#include "sys/new_file.hpp"

using namespace pintle;

namespace {

/// A directory that is held, and is gone with this.
struct Held : Folder {
  Fd fd{::open(path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
};

}  // namespace

TEST_SUITE("sys/entry") {
  TEST_CASE("a temporary name is known again, and only for what it was made of") {
    for (const std::string& name : {std::string("log"), std::string(250, 'x')}) {
      CHECK(sys::is_temporary_name(sys::temporary_name(name), name));
    }
    for (const char* other :
         {".log.", ".log.0123456789abcde", ".log.0123456789abcdef0", "log", ".log.0123456789ABCDEF",
          ".log.1.0123456789abcdef", "log.0123456789abcdef", ".other.0123456789abcdef"}) {
      CHECK_FALSE(sys::is_temporary_name(other, "log"));
    }
  }

  TEST_CASE("the oldest time is the one that is furthest back, birth or not") {
    const Held held;
    held.write("file", "x");
    const Fd file(::openat(held.fd.get(), "file", O_PATH | O_CLOEXEC));
    const auto now = std::int64_t{::time(nullptr)} * 1'000'000'000;
    const auto fresh = sys::oldest_time(file);
    REQUIRE(fresh);
    CHECK(*fresh > now - 60'000'000'000);
    const timespec times[2] = {{0, UTIME_OMIT}, {1000, 7}};
    REQUIRE(::utimensat(held.fd.get(), "file", times, 0) == 0);
    const auto old = sys::oldest_time(file);
    REQUIRE(old);
    CHECK(*old == 1000'000'000'007);
  }

  TEST_CASE("a further name is never taken from somebody") {
    const Held held;
    held.write("a", "a");
    held.write("b", "b");
    const auto linked = sys::link_name(held.fd, "a", "c");
    REQUIRE(linked);
    CHECK(*linked);
    CHECK(held.read("c") == "a");
    const auto taken = sys::link_name(held.fd, "a", "b");
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == EEXIST);
    CHECK(held.read("b") == "b");
  }

  TEST_CASE("a copy of content ends where it was told to, however much there is by now") {
    const Held held;
    held.write("source", "abcdef");
    const Fd source(::openat(held.fd.get(), "source", O_RDONLY | O_CLOEXEC));
    auto file = sys::NewFile::begin_in(held.fd, "copy", "P");
    REQUIRE(file);
    REQUIRE(file->copy_content(source, 0, 3));
    held.write("source", "abcdefghi");
    REQUIRE(file->copy_content(source, 3, 6));
    REQUIRE(file->finish({.mode = 0600}));
    CHECK(held.read("copy") == "abcdef");
  }

  TEST_CASE("a new file that takes a free name can be written to further, and replaces nothing") {
    const Held held;
    {
      auto file = sys::NewFile::begin_in(held.fd, "new", "P");
      REQUIRE(file);
      REQUIRE(file->write("one"));
      REQUIRE(file->take_free_name({.mode = 0640}));
      CHECK(held.read("new") == "one");
      REQUIRE(file->write("two"));
    }
    CHECK(held.read("new") == "onetwo");
    {
      auto file = sys::NewFile::begin_in(held.fd, "new", "P");
      REQUIRE(file);
      const auto taken = file->take_free_name({});
      REQUIRE_FALSE(taken);
      CHECK(taken.error().message() == "cannot name 'P': File exists");
    }
    CHECK(held.read("new") == "onetwo");
  }
}
