#include "base/base64.hpp"

#include <algorithm>
#include <cstdint>

namespace pintle {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int value_of(char c) noexcept {
  const std::size_t found = kAlphabet.find(c);
  return found == std::string_view::npos ? -1 : static_cast<int>(found);
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= count ? kAlphabet[bits >> (18 - 6 * i) & 63U] : '=';
    }
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  const std::size_t end = text.find_last_not_of('=') + 1;  // of npos too
  if (text.size() - end > 2) return std::nullopt;
  std::string bytes;
  std::uint32_t bits = 0;
  for (std::size_t at = 0; at < end; ++at) {
    const int value = value_of(text[at]);
    if (value < 0) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    const std::size_t left = at % 4 * 2;  // bits that belong to the next byte: 6 of the first
    if (at % 4 != 0) bytes.push_back(static_cast<char>(bits >> (6U - left) & 0xffU));
  }
  return bytes;
}

}  // namespace pintle
