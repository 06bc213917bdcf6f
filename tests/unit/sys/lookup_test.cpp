#include "sys/lookup.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <vector>

#include "../folder.hpp"

using namespace pintle;
using namespace pintle::sys;

TEST_SUITE("sys/lookup") {
  TEST_CASE("a command with a slash is itself, any other is looked for in PATH") {
    using Paths = std::vector<std::string>;
    struct Row {
      const char* command;
      const char* path;
      const char* directory;
      Paths candidates;
    };
    const Row rows[] = {
        {"/bin/x", "/a:/b", "/work", {"/bin/x"}},
        {"./x", "/a:/b", "/work", {"./x"}},
        {"sub/x", "", "", {"sub/x"}},
        {"x", "/a:/b", "", {"/a/x", "/b/x"}},
        {"x", "/a", "/work", {"/a/x"}},
        {"x", "", "/work", {}},
        {"x", ":", "/work", {}},
        {"x", "::/a::/b:", "/work", {"/a/x", "/b/x"}},
        {"x", "bin:/a", "/work", {"/work/bin/x", "/a/x"}},
        {"x", "bin:/a", "", {"bin/x", "/a/x"}},
        {"x", ".", "/work", {"/work/./x"}},
    };
    for (const Row& row : rows) {
      CAPTURE(row.command);
      CAPTURE(row.path);
      CHECK(candidates_for(row.command, row.path, row.directory) == row.candidates);
    }
  }

  TEST_CASE("a missing interpreter is named, whatever the file holds") {
    const Folder folder;
    const std::string path = folder / "script";
    struct Row {
      std::string content;
      const char* reason;
    };
    const Row rows[] = {
        {"#!/no/such/python -u\n", "its interpreter '/no/such/python' is missing"},
        {"#! \t/no/such/sh\n", "its interpreter '/no/such/sh' is missing"},
        {"#!/no/such/sh\r\n", "its interpreter '/no/such/sh' is missing"},
        {"#!/no/end", "its interpreter '/no/end' is missing"},
        {"#!", ""},
        {"#!\n", ""},
        {"", ""},
        {"plain text", ""},
        {std::string("\x7f"
                     "ELF"),
         ""},
        {std::string("\x7f"
                     "ELF\x02") +
             std::string(59, '\xff'),
         ""},
        {std::string("\x7f"
                     "ELF\x02") +
             std::string(4091, '\xff'),
         ""},
        {std::string("\x7f"
                     "ELF\x02") +
             std::string(4091, '\0'),
         ""},
        {std::string("\x7f"
                     "ELF\x01") +
             std::string(200, '\0'),
         ""},
    };
    for (const Row& row : rows) {
      CAPTURE(row.content.substr(0, 20));
      std::ofstream(path, std::ios::binary) << row.content;
      CHECK(explain_exec_failure(path, ENOENT) == row.reason);
    }
  }

  TEST_CASE("other failures need no explanation, but for ENOEXEC") {
    CHECK(explain_exec_failure("/bin/true", EACCES).empty());
    CHECK(explain_exec_failure("/no/such/file", ENOENT).empty());
    CHECK(explain_exec_failure("true", ENOENT) == "not found in PATH");
    CHECK_FALSE(explain_exec_failure("/bin/true", ENOEXEC).empty());
  }
}
