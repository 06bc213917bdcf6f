// base/pattern.hpp - extended regular expressions, regex(7).
#pragma once

#include <regex.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace pintle {

/// What `text` becomes when it is compiled: positions, transitions and sets of an automaton, with
/// every repetition written out. `a{255}` four times around itself would fill the memory.
std::uint64_t pattern_size(std::string_view text);

/// The largest that is compiled; up to 500 bytes of memory for each by musl's regcomp(3).
inline constexpr std::uint64_t kLargestPattern = 50'000;

class Pattern {
 public:
  /// One above kLargestPattern is not compiled, which is its problem.
  explicit Pattern(const std::string& text);
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  ~Pattern();

  /// What is wrong with it, "" if nothing.
  std::string problem() const;

  // Whether it is found in `text`, which ends at a NUL. The two differ where that cannot be told,
  // for lack of memory.
  bool is_in(const std::string& text) const noexcept { return search(text) == 0; }
  bool may_be_in(const std::string& text) const noexcept { return search(text) != REG_NOMATCH; }

 private:
  int search(const std::string& text) const noexcept;

  regex_t compiled_{};
  bool is_too_large_;
  int code_;
};

}  // namespace pintle
