// base/pattern.hpp - extended regular expressions, regex(7).
#pragma once

#include <regex.h>

#include <string>

namespace pintle {

class Pattern {
 public:
  explicit Pattern(const std::string& text) noexcept;
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
  int code_;
};

}  // namespace pintle
