#include "base/pattern.hpp"

#include <array>

#include "base/pattern_size.hpp"

namespace pintle {

Pattern::Pattern(const std::string& text)
    : is_too_large_(pattern_size(text) > kLargestPattern),
      code_(is_too_large_ ? REG_ESPACE
                          : ::regcomp(&compiled_, text.c_str(), REG_EXTENDED | REG_NOSUB)) {}

Pattern::~Pattern() {
  if (code_ == 0) ::regfree(&compiled_);
}

std::string Pattern::problem() const {
  if (code_ == 0) return {};
  if (is_too_large_)
    return "its repetitions need too much memory; use fewer of them, or nest them less";
  std::array<char, 200> why{};
  (void)::regerror(code_, &compiled_, why.data(), why.size());
  return why.data();
}

int Pattern::search(const std::string& text) const noexcept {
  return code_ == 0 ? ::regexec(&compiled_, text.c_str(), 0, nullptr, 0) : code_;
}

}  // namespace pintle
