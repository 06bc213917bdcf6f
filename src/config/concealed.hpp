// config/concealed.hpp - the secrets in the text of a config, which may have mistakes. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pintle::config {

/// Bytes of the text, [begin, end), and what is shown in their place.
struct Concealed {
  std::size_t begin;
  std::size_t end;
  std::string shown;
};

/// Returns the parts that must not be shown, in the order of the text: values of variables, headers
/// and fields that are secret by their name or by `"secret": true` (shown as `***`), and strings in
/// which shown_value() hides something.
std::vector<Concealed> concealed_in(std::string_view text);

}  // namespace pintle::config
