// base/pattern.hpp - extended regular expressions, regex(7).
#pragma once

#include <regex.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace pintle {

/// The largest pattern_size() (pattern_size.hpp) that is compiled. musl's regcomp(3) needs up to
/// 500 bytes of memory for each unit.
inline constexpr std::uint64_t kLargestPattern = 50'000;

class Pattern {
 public:
  /// A pattern above kLargestPattern is not compiled; problem() says so.
  explicit Pattern(const std::string& text);
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  ~Pattern();

  /// Why the pattern cannot be used; "" if it can.
  std::string problem() const;

  // Whether the pattern matches in `text`, which ends at its first NUL. If memory is too short to
  // know, is_in() is false and may_be_in() is true.
  bool is_in(const std::string& text) const noexcept { return search(text) == 0; }
  bool may_be_in(const std::string& text) const noexcept { return search(text) != REG_NOMATCH; }

 private:
  int search(const std::string& text) const noexcept;

  regex_t compiled_{};
  bool is_too_large_;
  int code_;
};

}  // namespace pintle
