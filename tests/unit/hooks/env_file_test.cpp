#include "hooks/env_file.hpp"

#include <doctest/doctest.h>

using pintle::hooks::env_file;

TEST_SUITE("hooks/env_file") {
  TEST_CASE("every value stands in single quotes, and nothing in it means anything") {
    CHECK(*env_file("A=1\nB=a b\tc\nC=\nD='x'\nE=a=b $HOME \\n \"q\" ä\n") ==
          "A='1'\nB='a b\tc'\nC=''\nD='x'\nE='a=b $HOME \\n \"q\" ä'\n");
    CHECK(*env_file("db.host=x") == "db.host='x'\n");
  }

  TEST_CASE("empty lines and comments are left out") {
    CHECK(*env_file("\n# A=1\nB=2\n\n") == "B='2'\n");
    CHECK(env_file("")->empty());
  }

  TEST_CASE("what the format cannot hold is refused with its line, and without its value") {
    for (const char* text :
         {"A=1\nsesame", "A=1\n=sesame", "A=1\nA B=sesame", "A=1\n'A'=sesame", "A=1\nB=it's sesame",
          "A=1\nB='sesame", "A=1\nB=sesame\r\n", "A=1\nB=sesame\x1b"}) {
      const auto file = env_file(text);
      REQUIRE(!file);
      const std::string message = file.error().message();
      CHECK_MESSAGE(message.find("line 2 of the output") != std::string::npos, message);
      CHECK_MESSAGE(message.find("sesame") == std::string::npos, message);
    }
  }
}
