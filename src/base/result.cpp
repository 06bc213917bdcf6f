#include "base/result.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "base/shown.hpp"

namespace pintle {

Error Error::from_errno(const char* what) noexcept {
  return {what, errno, {}, {}};
}

std::string Error::message() const {
  if (*what == '\0') return detail;
  std::string text = fmt::format("cannot {}", what);
  if (!subject.empty()) text += fmt::format(" '{}'", shown_value(subject));
  if (!detail.empty()) return text + ": " + detail;
  if (code != 0) text += fmt::format(": {}", std::strerror(code));
  return text;
}

}  // namespace pintle
