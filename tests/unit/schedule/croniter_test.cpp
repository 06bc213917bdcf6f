// Our slots against those of Debian's croniter: what the two do not agree on stands in
// croniter_slots.py.
#include <doctest/doctest.h>
#include <stdio.h>

#include <charconv>
#include <memory>
#include <string>
#include <string_view>

#include "schedule/cron.hpp"

using namespace pintle::schedule;

namespace {

constexpr int kCount = 10000;

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  char chunk[4096];
  while (const std::size_t size = ::fread(chunk, 1, sizeof chunk, pipe)) out.append(chunk, size);
  REQUIRE(::pclose(pipe) == 0);  // else: tools/setup installs python3-croniter
  return out;
}

std::string_view take(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(part.size() + 1);
  return part;
}

WallTime take_time(std::string_view& text, char end) {
  const std::string_view digits = take(text, end);
  std::int64_t value = 0;
  (void)std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return WallTime(std::chrono::seconds(value));
}

}  // namespace

TEST_SUITE("schedule/croniter") {
  TEST_CASE("after 10,000 random times croniter finds the same slots of random crons") {
    const std::string command =
        "/usr/bin/python3 -B '" PINTLE_TESTS "/schedule/croniter_slots.py' ";
    const std::string table = output_of(command + std::to_string(kCount));
    std::string_view left = table;
    int count = 0;
    for (; !left.empty(); ++count) {
      const std::string text(take(left, '\t'));
      CAPTURE(text);
      const auto time = take_time(left, '\t');
      const auto slot = take_time(left, '\n');
      const auto cron = Cron::parse(text);
      REQUIRE(cron);
      REQUIRE(cron->next_after(time) == slot);
    }
    CHECK(count == kCount);
  }
}
