// What the tests of the parser share: a config from its text, and its problems as lines.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "config/parse.hpp"

namespace reading {

using Lines = std::vector<std::string>;

inline pintle::config::Model good(std::string_view text) {
  pintle::config::Problems problems;
  auto model = pintle::config::parse(text, problems);
  for (const auto& problem : problems) {
    FAIL_CHECK(pintle::config::format_problem(problem, "good"));
  }
  return model;
}

inline Lines problems_of(std::string_view text) {
  pintle::config::Problems problems;
  (void)pintle::config::parse(text, problems);
  Lines lines;
  for (const auto& problem : problems) {
    lines.push_back(pintle::config::format_problem(problem, "f"));
  }
  return lines;
}

/// The only problem of `text`, with its place.
inline std::string problem_of(std::string_view text) {
  const Lines lines = problems_of(text);
  return lines.size() == 1 ? lines[0] : std::to_string(lines.size()) + " problems";
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace reading
