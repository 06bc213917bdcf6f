#include "base/duration.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pintle;
using namespace std::chrono_literals;

TEST_SUITE("base/duration") {
  TEST_CASE("every unit is read and written back unchanged") {
    struct Row {
      const char* text;
      Duration value;
    };
    const Row rows[] = {
        {"1ms", 1ms},
        {"999ms", 999ms},
        {"1s", 1s},
        {"1s500ms", 1500ms},
        {"1m", 1min},
        {"1m30s", 90s},
        {"1h", 1h},
        {"6h", 6h},
        {"1h1ms", 1h + 1ms},
        {"1d", 24h},
        {"7d", 168h},
        {"1d2h3m4s5ms", 26h + 3min + 4s + 5ms},
        {"3653d", kLongestDuration},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      CHECK(parse_duration(row.text) == row.value);
      CHECK(format_duration(row.value) == row.text);
    }
  }

  TEST_CASE("another spelling of the same time is read, and written in the shortest form") {
    struct Row {
      const char* text;
      const char* shortest;
    };
    const Row rows[] = {{"0", "0s"},   {"0s", "0s"},     {"0ms", "0s"},        {"90s", "1m30s"},
                        {"60m", "1h"}, {"1000ms", "1s"}, {"007s", "7s"},       {"1m0s", "1m"},
                        {"24h", "1d"}, {"36h", "1d12h"}, {"86400000ms", "1d"}, {"0d1ms", "1ms"}};
    for (const Row& row : rows) {
      CAPTURE(row.text);
      const auto value = parse_duration(row.text);
      REQUIRE(value);
      CHECK(format_duration(*value) == row.shortest);
    }
  }

  TEST_CASE("what is no duration is refused") {
    const char* const rows[] = {"",     " ",    "1",    "10",    "00",   "s",    "ms",   "-1s",
                                "+1s",  "1.5s", "1,5s", " 1s",   "1s ",  "1 s",  "1S",   "1Ms",
                                "1sec", "1s1s", "1s1m", "1ms1s", "1m30", "1h30", "0x1s", "1e3s",
                                "1us",  "1w",   "1y",   "1s\n",  "\t1s", "inf",  "nan",  "ss",
                                "1sms", "1_s",  "1s,",  "1s-1ms"};
    for (const char* text : rows) {
      CAPTURE(text);
      CHECK_FALSE(parse_duration(text));
    }
  }

  TEST_CASE("ten years are the limit, and no number overflows on the way to it") {
    const char* const rows[] = {"3653d1ms",
                                "3654d",
                                "87673h",
                                "315619200001ms",
                                "9223372036854775807d",
                                "9223372036854775807ms",
                                "9223372036854775808ms",
                                "99999999999999999999999999s",
                                "3652d9223372036854775807ms"};
    for (const char* text : rows) {
      CAPTURE(text);
      CHECK_FALSE(parse_duration(text));
    }
    CHECK(parse_duration("315619200000ms") == kLongestDuration);
  }

  TEST_CASE("a NUL or a byte outside ASCII is no unit") {
    CHECK_FALSE(parse_duration(std::string_view("1s\0", 3)));
    CHECK_FALSE(parse_duration("1\xC2\xB5s"));
    CHECK_FALSE(parse_duration("\xEF\xBC\x91s"));
  }

  TEST_CASE("a negative time is written as none") {
    CHECK(format_duration(Duration(-1)) == "0s");
    CHECK(format_duration(Duration(0)) == "0s");
  }

  TEST_CASE("whatever is written can be read back") {
    for (Duration time(1); time <= kLongestDuration; time = time * 7 + Duration(3)) {
      CAPTURE(time.count());
      CHECK(parse_duration(format_duration(time)) == time);
    }
  }
}
