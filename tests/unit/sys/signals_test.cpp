#include "sys/signals.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>

using namespace pintle::sys;

TEST_SUITE("sys/signals") {
  TEST_CASE("a mask has room for all 64 signals") {
    SignalMask mask;
    for (int number = 1; number <= 64; ++number) CHECK_FALSE(mask.has(number));
    mask.add(1).add(64);
    CHECK(mask.bits == 0x8000000000000001U);
    CHECK(mask.has(1));
    CHECK(mask.has(64));
    CHECK_FALSE(mask.has(33));
    for (int number = 1; number <= 64; ++number) CHECK(SignalMask::all().has(number));
  }

  TEST_CASE("blocked signals are read one after the other, with their sender") {
    const SignalMask before = set_mask(SignalMask::all());
    const auto signals = open_signals();
    REQUIRE(signals);
    CHECK_FALSE(*next_signal(*signals));
    for (const int number : {SIGTERM, SIGUSR1, SIGSEGV, 64}) {
      ::kill(::getpid(), number);
      const auto got = next_signal(*signals);
      REQUIRE(got);
      REQUIRE(*got);
      CHECK((*got)->number == number);
      CHECK((*got)->sender == ::getpid());
    }
    CHECK_FALSE(*next_signal(*signals));
    CHECK(set_mask(before).has(SIGTERM));
  }

  TEST_CASE("a descriptor that is no signalfd is an error") {
    CHECK_FALSE(next_signal(pintle::Fd()));
  }
}
