// config/diagnostics.hpp - the problems of a config, each with its place. All are reported in one
// run.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace pintle::config {

/// A place in the text. Both count from 1; a column is a byte. 0: the place is unknown.
struct Position {
  std::size_t line = 0;
  std::size_t column = 0;
};

constexpr bool stands_before(const Position& a, const Position& b) noexcept {
  return a.line != b.line ? a.line < b.line : a.column < b.column;
}

struct Problem {
  Position at;
  std::string pointer;  ///< RFC 6901, "/steps/0/timeout"; empty for the whole document
  std::string message;  ///< what, why, and what to do
};

using Problems = std::vector<Problem>;

/// "pintle.json:3:15: /steps/0/timeout: …", one line without its end.
std::string format_problem(const Problem& problem, const std::string& file);

}  // namespace pintle::config
