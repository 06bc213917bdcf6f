#include "base/signal_names.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <string>

using namespace pintle;

TEST_SUITE("base/signal_names") {
  TEST_CASE("a name is read with and without SIG, in any case, or as a number") {
    struct Row {
      const char* text;
      int number;
    };
    const Row rows[] = {
        {"SIGTERM", SIGTERM}, {"TERM", SIGTERM}, {"sigterm", SIGTERM}, {"Term", SIGTERM},
        {"15", SIGTERM},      {"1", 1},          {"64", 64},           {"32", 32},
        {"SIGHUP", SIGHUP},   {"INT", SIGINT},   {"SIGKILL", SIGKILL}, {"SIGIO", SIGIO},
        {"SIGPOLL", SIGIO},   {"SIGSTKFLT", 16}, {"SIGPWR", SIGPWR},   {"SIGSYS", SIGSYS},
        {"SIGRTMIN", 34},     {"RTMIN", 34},     {"SIGRTMAX", 64},     {"SIGRTMIN+0", 34},
        {"SIGRTMIN+3", 37},   {"rtmin+30", 64},  {"SIGRTMAX-0", 64},   {"SIGRTMAX-1", 63},
        {"RTMAX-30", 34},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      CHECK(signal_number(row.text) == row.number);
    }
  }

  TEST_CASE("every name that is listed is a signal's") {
    const auto names = signal_names();
    CHECK(names.size() > 30);
    for (const std::string_view name : names) {
      CAPTURE(name);
      CHECK(signal_number(name));
    }
  }

  TEST_CASE("anything else is no signal") {
    const char* const rows[] = {"",
                                "SIG",
                                "0",
                                "65",
                                "-1",
                                "+15",
                                " 15",
                                "15 ",
                                "1.5",
                                "SIG15",
                                "SIGTERMX",
                                "SIGSIGTERM",
                                "FOO",
                                "SIGRTMIN+",
                                "SIGRTMIN-1",
                                "SIGRTMIN+31",
                                "SIGRTMAX-31",
                                "SIGRTMAX+1",
                                "RTMIN+ 1",
                                "RTMIN+-1",
                                "RTMIN+999999999999",
                                "99999999999999999999",
                                "TERM\n"};
    for (const char* text : rows) {
      CAPTURE(text);
      CHECK_FALSE(signal_number(text));
    }
  }

  TEST_CASE("every signal has a name that is read back as its number") {
    for (int number = 1; number <= kLastSignal; ++number) {
      CAPTURE(number);
      if (number == 32 || number == 33) continue;  // the C library's own
      CHECK(signal_number(signal_name(number)) == number);
    }
  }

  TEST_CASE("names are written as kill(1) lists them") {
    struct Row {
      int number;
      const char* name;
    };
    const Row rows[] = {{1, "SIGHUP"},       {9, "SIGKILL"},    {15, "SIGTERM"},
                        {29, "SIGIO"},       {34, "SIGRTMIN"},  {37, "SIGRTMIN+3"},
                        {63, "SIGRTMIN+29"}, {64, "SIGRTMAX"},  {0, "signal 0"},
                        {32, "signal 32"},   {33, "signal 33"}, {65, "signal 65"},
                        {-1, "signal -1"}};
    for (const Row& row : rows) CHECK(signal_name(row.number) == row.name);
  }
}
