#include "base/columns.hpp"

#include <algorithm>
#include <iterator>

namespace pintle {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

constexpr Range kZero[] = {
    {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},     {0x610, 0x61a},     {0x64b, 0x65f},
    {0x93c, 0x93c},   {0x94d, 0x94d},   {0xe31, 0xe31},     {0xe34, 0xe3a},     {0xe47, 0xe4e},
    {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200d},   {0x20d0, 0x20ff},   {0xfe00, 0xfe0f},
    {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xe0020, 0xe007f}, {0xe0100, 0xe01ef},
};

constexpr Range kWide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},   {0x2614, 0x2615},
    {0x26a1, 0x26a1},   {0x2705, 0x2705},   {0x274c, 0x274c},   {0x2753, 0x2755},
    {0x2e80, 0x303e},   {0x3041, 0x4dbf},   {0x4e00, 0xa4cf},   {0xa960, 0xa97f},
    {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},
    {0xffe0, 0xffe6},   {0x1f004, 0x1f004}, {0x1f18e, 0x1f19a}, {0x1f200, 0x1f320},
    {0x1f32d, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1faff}, {0x20000, 0x3fffd},
};

constexpr Range kUnseen[] = {
    {0, 0x1f}, {0x7f, 0x9f}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069},
};

template <std::size_t N>
bool is_in(const Range (&ranges)[N], char32_t character) noexcept {
  const Range* found =
      std::lower_bound(std::begin(ranges), std::end(ranges), character,
                       [](const Range& range, char32_t one) { return range.last < one; });
  return found != std::end(ranges) && found->first <= character;
}

}  // namespace

std::size_t columns_of(char32_t character) noexcept {
  if (is_in(kZero, character)) return 0;
  return is_in(kWide, character) ? 2 : 1;
}

bool is_unseen(char32_t character) noexcept {
  return is_in(kUnseen, character);
}

char32_t decode_utf8(const char* bytes, std::size_t length) noexcept {
  constexpr unsigned kOfFirst[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  char32_t character =
      static_cast<unsigned char>(bytes[0]) & kOfFirst[std::min<std::size_t>(length, 4)];
  for (std::size_t i = 1; i < length; ++i) {
    character = (character << 6U) | (static_cast<unsigned char>(bytes[i]) & 0x3fU);
  }
  return character;
}

}  // namespace pintle
