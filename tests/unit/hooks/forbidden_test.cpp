#include "hooks/forbidden.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>

#include "../folder.hpp"

using namespace pintle::hooks;

TEST_SUITE("hooks/forbidden") {
  TEST_CASE("shells and package managers are known by name, with or without a path") {
    CHECK(kind_of_forbidden("/usr/bin/bash") == "a shell");
    CHECK(kind_of_forbidden("busybox") == "a shell");
    CHECK(kind_of_forbidden("apk") == "a package manager");
    CHECK(kind_of_forbidden("/usr/bin/python3").empty());
    CHECK(kind_of_forbidden("push").empty());
    CHECK(kind_of_forbidden("").empty());
  }

  TEST_CASE("a script's line names what reads it, env looked through") {
    struct Row {
      const char* line;
      const char* expected;
    };
    const Row rows[] = {
        {"#!/bin/sh", "/bin/sh"},
        {"#! /bin/bash -eu", "/bin/bash"},
        {"#!/usr/bin/env bash", "bash"},
        {"#!/usr/bin/env -S bash -e", "bash"},
        {"#!/usr/bin/env -S -i A=1 B=2 dash", "dash"},
        {"#!/usr/bin/env -u NAME ksh", "ksh"},
        {"#!/usr/bin/env -Szsh -f", "zsh"},
        {"#!/usr/bin/env -S-i bash", "bash"},
        {"#!/usr/bin/env -ivSbash -e", "bash"},
        {"#!/usr/bin/env -iu A sh", "sh"},
        {"#!/usr/bin/env -uS sh", "sh"},
        {"#!/usr/bin/env -C /x sh", "sh"},
        {"#!/usr/bin/env --split-string=-i bash", "bash"},
        {"#!/usr/bin/env --split-string bash", "bash"},
        {"#!/usr/bin/env --split='ba'sh", "bash"},
        {"#!/usr/bin/env --chdir=/x --unset A -- sh", "sh"},
        {"#!/usr/bin/env env sh", "sh"},
        {"#!/usr/bin/env -S", ""},
        {"#!/usr/bin/env -S sh\\_-e", "sh"},
        {"#!/usr/bin/env -S A=1\\tsh\\c -e", "sh"},
        {"#!/usr/bin/env -S #sh", ""},
        {"#!/usr/bin/env -S ${SHELL} -e", "${SHELL}"},
        {"#!/usr/bin/env -S nice -n 3 sh", "sh"},
        {"#!/usr/bin/nice sh", "sh"},
        {"#!/usr/bin/nice /app/tool", "/usr/bin/nice"},
        {"#!/usr/bin/env python3", "python3"},
        {"#!/bin/sh\r", "/bin/sh"},
        {"#!", ""},
        {"#!/usr/bin/env", ""},
        {"\x7f"
         "ELF",
         ""},
    };
    for (const Row& row : rows) CHECK(interpreter_of(row.line) == row.expected);
  }

  TEST_CASE("a program is judged by name, by what it links to, and by its first line") {
    const pintle::Folder own;
    const std::string& folder = own.path();
    std::ofstream(folder + "/busybox") << "\x7f"
                                          "ELF";
    REQUIRE(::symlink("busybox", (folder + "/ls").c_str()) == 0);
    std::ofstream(folder + "/script") << "#!/usr/bin/env -S bash -e\n";
    std::ofstream(folder + "/good") << "#!/usr/bin/python3\n";
    const auto why = [&](const std::string& file) {
      return why_forbidden({file}, {"/nonexistent/" + file, folder + "/" + file});
    };
    CHECK(why("sh") == "'sh' is a shell");
    CHECK(why("ls") ==
          "'" + folder + "/ls' is a link to '" + folder + "/busybox', which is a shell");
    CHECK(why("script") == "'" + folder + "/script' is a script for 'bash', which is a shell");
    CHECK(why("good").empty());
    CHECK(why("missing").empty());
    CHECK(why_forbidden({"env", "A=1", "sh", "-c", "x"}, {}) ==
          "'env' starts 'sh', which is a shell");
    CHECK(why_forbidden({"timeout", "5", "bash"}, {}) ==
          "'timeout' starts 'bash', which is a shell");
    CHECK(why_forbidden({"timeout", "5", "/app/tool"}, {}).empty());
    CHECK(why_forbidden({"/lib64/ld-linux-x86-64.so.2", "/bin/sh", "-c", "x"}, {}) ==
          "'/lib64/ld-linux-x86-64.so.2' starts '/bin/sh', which is a shell");
    CHECK(why_forbidden({"env", "-S", "${X} -c"}, {}) ==
          "'env' starts '${X}', which may be a shell");
  }
}
