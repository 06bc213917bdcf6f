// base/pattern_size.hpp - how large an extended regular expression becomes when it is compiled.
// Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace pintle {

/// An estimate of the size of `text` when it is compiled: positions, transitions and sets of an
/// automaton, with every repetition written out. Four nested `{255}` would need more memory than a
/// machine has. It has no unit; pattern.hpp says how many bytes one of it may need.
std::uint64_t pattern_size(std::string_view text);

}  // namespace pintle
