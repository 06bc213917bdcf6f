// With which errno a call can fail.
#pragma once

#include <span>
#include <string_view>

namespace seam {

struct Error {
  int number;
  bool lasts = false;  ///< a container can stay as it is, so that all later ones fail, too
};

/// Of a call that fails in no way that a test could tell from another, or never: nothing.
std::span<const Error> errors_of(std::string_view call) noexcept;

/// "EAGAIN".
std::string_view name_of_error(int number) noexcept;

}  // namespace seam
