#include "sys/workers.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>

using namespace pintle;
using namespace pintle::sys;

namespace {

using Counter = std::atomic<int>;

}  // namespace

TEST_SUITE("sys/workers") {
  TEST_CASE("each process does its part, and what they write is seen here") {
    const auto memory = SharedMemory::make(sizeof(Counter) * 4);
    REQUIRE(memory);
    auto* const counters = static_cast<Counter*>(memory->data());
    const pid_t self = ::getpid();
    REQUIRE(in_processes(
        4, [&](std::size_t number) { counters[number] = ::getpid() == self ? 1 : 2; }));
    CHECK(counters[0] == 1);
    for (int number = 1; number < 4; ++number) CHECK(counters[number] == 2);
  }

  TEST_CASE("one process is this one") {
    const pid_t self = ::getpid();
    pid_t there = 0;
    CHECK(in_processes(1, [&](std::size_t) { there = ::getpid(); }));
    CHECK(there == self);
  }

  TEST_CASE("a process that is killed, or fails, is an error") {
    const auto killed = in_processes(2, [](std::size_t number) {
      if (number == 1) (void)::raise(SIGKILL);
    });
    REQUIRE_FALSE(killed);
    CHECK(killed.error().message() ==
          "cannot continue: a process that did a part of the work was killed by signal 9");
    const auto thrown = in_processes(2, [](std::size_t number) {
      if (number == 1) throw std::runtime_error("no memory");
    });
    REQUIRE_FALSE(thrown);
    CHECK(thrown.error().message() ==
          "cannot continue: a process that did a part of the work failed");
  }

  TEST_CASE("there are as many processes as CPUs, but not very many") {
    CHECK(useful_processes() >= 1);
    CHECK(useful_processes() <= 16);
  }
}
