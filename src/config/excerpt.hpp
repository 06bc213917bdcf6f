// config/excerpt.hpp - the line of a config that a problem is about, as a terminal shows it, and
// where in it. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/concealed.hpp"
#include "config/diagnostics.hpp"

namespace pintle::config {

/// Two lines to show below each other, without line ends.
struct Excerpt {
  std::string line;  ///< "   12 | …": the number of the line, and what fits of it
  std::string pad;   ///< blanks and tabs as wide as the part of `line` before the place
};

class Excerpts {
 public:
  /// Excerpts of `text`, which must live as long as this object, for a terminal with that many
  /// columns (at least 40).
  Excerpts(std::string_view text, std::size_t columns);

  /// The line around `at`, with the secrets of concealed_in() replaced and with characters that
  /// cannot be displayed escaped. Two empty strings if the place is unknown.
  Excerpt at(const Position& at) const;

 private:
  struct Cell;
  std::vector<Cell> cells(std::size_t begin, std::size_t end) const;
  const Concealed* concealed_at(std::size_t offset) const noexcept;

  std::string_view text_;
  std::size_t columns_;
  std::vector<std::size_t> lines_{0};  ///< where each begins
  std::vector<Concealed> concealed_;
};

}  // namespace pintle::config
