// tests/fuzz/fuzz.hpp - what the fuzz targets share. A target is called with bytes that libFuzzer
// makes up, and aborts when a property does not hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fuzz {

inline std::string_view text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline void require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "it does not hold that %s\n", property);
  std::abort();
}

}  // namespace fuzz
