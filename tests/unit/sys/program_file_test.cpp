#include "sys/program_file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "../folder.hpp"

using namespace pintle;
using namespace pintle::sys;

namespace {

Fd opened(const std::string& path) {
  return Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

std::optional<ScriptLine> line_of(const std::string& content) {
  const Folder folder;
  return script_line(opened(folder.write("script", content)));
}

std::string content_of(const Fd& file) {
  std::string content(1 << 20, '\0');
  const ssize_t got = ::pread(file.get(), content.data(), content.size(), 0);
  content.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return content;
}

}  // namespace

TEST_SUITE("sys/program_file") {
  TEST_CASE("a '#!' line is split as the kernel splits it: the interpreter, and one option") {
    struct Row {
      const char* content;
      const char* interpreter;
      const char* option;
    };
    const Row rows[] = {
        {"#!/bin/sh\nexit\n", "/bin/sh", ""},
        {"#!/bin/sh", "/bin/sh", ""},
        {"#! \t/bin/sh  -e  -u \t\n", "/bin/sh", "-e  -u"},
        {"#!/usr/bin/env python3\n", "/usr/bin/env", "python3"},
        {"#!/bin/sh\r\n", "/bin/sh\r", ""},
        {"#!\n", "", ""},
        {"#!", "", ""},
    };
    for (const Row& row : rows) {
      const auto line = line_of(row.content);
      REQUIRE(line);
      CHECK(line->interpreter == row.interpreter);
      CHECK(line->option == row.option);
    }
    for (const char* content : {"", "#", "# !/bin/sh\n", " #!/bin/sh\n",
                                "\x7f"
                                "ELF"}) {
      CHECK_FALSE(line_of(content));
    }
    const auto cut = line_of("#!/" + std::string(1000, 'a'));
    REQUIRE(cut);
    CHECK(cut->interpreter.size() == 254);
  }

  TEST_CASE("a sealed copy has the content of the file, and nothing can change it") {
    const Folder folder;
    const std::string content = std::string(200'000, 'x') + "end";
    const std::string path = folder.write("prog", content);
    const auto copy = sealed_copy(opened(path), path);
    REQUIRE(copy);
    REQUIRE(*copy);
    const Fd& file = (*copy)->file;
    folder.write("prog", "changed");
    CHECK(content_of(file) == content);
    CHECK(::pwrite(file.get(), "y", 1, 0) < 0);
    CHECK(errno == EPERM);
    CHECK(::ftruncate(file.get(), 1) < 0);
    CHECK(::ftruncate(file.get(), 1 << 20) < 0);
    const Fd other(::open(("/proc/self/fd/" + std::to_string(file.get())).c_str(), O_RDWR));
    CHECK(::pwrite(other.get(), "y", 1, 0) < 0);
    CHECK(::fcntl(file.get(), F_GETFD) == FD_CLOEXEC);
  }

  TEST_CASE("a program is opened if it may be executed, and its errors are those of execve") {
    const Folder folder;
    const std::string path = folder.write("prog", "#!/bin/sh\n");
    const auto refused = open_program(path);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == EACCES);
    CHECK(refused.error().detail.empty());
    REQUIRE(::chmod(path.c_str(), 0755) == 0);
    const auto program = open_program(path);
    REQUIRE(program);
    CHECK(content_of(*program) == "#!/bin/sh\n");
    CHECK_FALSE(grants_privileges(*program));
    CHECK_FALSE(is_on_read_only_mount(*program));
    REQUIRE(::chmod(path.c_str(), 02755) == 0);
    CHECK(grants_privileges(*program));
    const auto missing = open_program(folder / "none");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == ENOENT);
    CHECK(missing.error().detail.empty());
    REQUIRE(::symlink("prog", (folder / "link").c_str()) == 0);
    for (const std::string& name : {folder / "link", folder.path()}) {
      const auto wrong = open_program(name);
      REQUIRE_FALSE(wrong);
      CHECK_FALSE(wrong.error().detail.empty());
    }
  }
}
