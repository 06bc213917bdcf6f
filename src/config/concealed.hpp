// config/concealed.hpp - what must not be shown of a config's text, which may have mistakes. Pure.
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

/// In the order of the text: values of variables, headers and fields that are secrets by their name
/// or by `"secret": true`, which become `***`, and texts that shown_value() shows otherwise.
std::vector<Concealed> concealed_in(std::string_view text);

}  // namespace pintle::config
