#include "sys/activation.hpp"

#include <doctest/doctest.h>

using pintle::sys::passed_count;

TEST_SUITE("sys/activation") {
  TEST_CASE("sockets are ours when the pid is, and both are numbers") {
    CHECK(passed_count("1", "2", 1) == 2);
    CHECK(passed_count("1", "0", 1) == 0);
    for (const char* pid : {"", "2", "1 ", "+1", "x"}) CHECK(passed_count(pid, "2", 1) == 0);
    for (const char* fds : {"", "-1", "2x", "99999", "4294967298"}) {
      CHECK(passed_count("1", fds, 1) == 0);
    }
  }
}
