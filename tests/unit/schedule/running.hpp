// What the tests share that compare with a second implementation: its output, a table of lines.
#pragma once

#include <doctest/doctest.h>
#include <stdio.h>

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "schedule/zone.hpp"

namespace running {

/// What `script`, which stands beside this file, writes for `argument`.
inline std::string output_of(const std::string& script, int argument) {
  const std::string command =
      "/usr/bin/python3 -B '" PINTLE_TESTS "/schedule/" + script + "' " + std::to_string(argument);
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  char chunk[4096];
  while (const std::size_t size = ::fread(chunk, 1, sizeof chunk, pipe)) out.append(chunk, size);
  REQUIRE(::pclose(pipe) == 0);  // else: tools/setup installs what it needs
  return out;
}

inline std::string_view take(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(part.size() + 1);
  return part;
}

inline pintle::schedule::WallTime take_time(std::string_view& text, char end) {
  const std::string_view digits = take(text, end);
  std::int64_t value = 0;
  (void)std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return pintle::schedule::WallTime(std::chrono::seconds(value));
}

}  // namespace running
