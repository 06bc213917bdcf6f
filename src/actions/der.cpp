#include "actions/der.hpp"

#include <algorithm>
#include <optional>
#include <span>

namespace pintle::actions {
namespace {

constexpr unsigned char kInteger = 0x02;
constexpr unsigned char kBitString = 0x03;
constexpr unsigned char kObjectId = 0x06;
constexpr unsigned char kSequence = 0x30;
constexpr unsigned char kVersion = 0xa0;
constexpr unsigned char kConstructed = 0x20;
constexpr unsigned char kLongTag = 0x1f;  // no certificate has one
constexpr int kDeepest = 32;

struct Element {
  unsigned char tag = 0;
  std::string_view content{};
};

unsigned char byte_at(std::string_view text, std::size_t at) noexcept {
  return static_cast<unsigned char>(text[at]);
}

/// The length at `at`, which is moved behind it; nullopt if it is no shortest form of one.
std::optional<std::size_t> length_at(std::string_view der, std::size_t& at) noexcept {
  constexpr std::size_t kMostBytes = 4;
  if (at >= der.size()) return std::nullopt;
  const unsigned char first = byte_at(der, at++);
  if (first < 0x80) return first;
  const std::size_t count = first & 0x7fU;
  if (count == 0 || count > kMostBytes || der.size() - at < count) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < count; ++i) length = length << 8U | byte_at(der, at++);
  const bool is_shortest = length >= 0x80 && length >> (8U * (count - 1)) != 0;
  return is_shortest ? std::optional(length) : std::nullopt;
}

/// The element at the front of `der`, which is cut off; nullopt if there is none.
std::optional<Element> take(std::string_view& der) noexcept {
  if (der.size() < 2) return std::nullopt;
  Element element{.tag = byte_at(der, 0)};
  std::size_t at = 1;
  const auto length = length_at(der, at);
  if (!length || der.size() - at < *length || (element.tag & kLongTag) == kLongTag) {
    return std::nullopt;
  }
  element.content = der.substr(at, *length);
  der.remove_prefix(at + *length);
  return element;
}

/// True if everything in `der` consists of whole elements.
bool is_whole(std::string_view der, int depth = 0) noexcept {
  if (depth > kDeepest) return false;
  while (!der.empty()) {
    const auto element = take(der);
    if (!element) return false;
    const bool holds_some = (element->tag & kConstructed) != 0;
    if (holds_some && !is_whole(element->content, depth + 1)) return false;
  }
  return true;
}

/// Cuts elements with these tags from the front of `der`; false if they are not there.
bool take_all(std::string_view& der, std::span<const unsigned char> tags) noexcept {
  return std::all_of(tags.begin(), tags.end(), [&](unsigned char tag) {
    const auto element = take(der);
    return element && element->tag == tag && !element->content.empty();
  });
}

/// Version, serial number, signature, issuer, validity, subject, key. Whatever follows is not
/// checked, nor whether issuer and subject are empty.
bool is_to_be_signed(std::string_view der) noexcept {
  constexpr unsigned char kNames[] = {kSequence, kSequence, kSequence};
  constexpr unsigned char kBefore[] = {kInteger, kSequence};
  if (!der.empty() && byte_at(der, 0) == kVersion) (void)take(der);
  if (!take_all(der, kBefore)) return false;
  for (const unsigned char tag : kNames) {
    const auto element = take(der);
    if (!element || element->tag != tag) return false;
  }
  constexpr unsigned char kKey[] = {kSequence};
  return take_all(der, kKey);
}

bool is_algorithm(std::string_view der) noexcept {
  constexpr unsigned char kId[] = {kObjectId};
  return take_all(der, kId);
}

}  // namespace

bool is_certificate(std::string_view der) {
  const auto outer = take(der);
  if (!outer || outer->tag != kSequence || !der.empty() || !is_whole(outer->content)) return false;
  std::string_view parts = outer->content;
  const auto signed_part = take(parts);
  const auto algorithm = take(parts);
  const auto signature = take(parts);
  if (!signed_part || !algorithm || !signature || !parts.empty()) return false;
  return signed_part->tag == kSequence && is_to_be_signed(signed_part->content) &&
         algorithm->tag == kSequence && is_algorithm(algorithm->content) &&
         signature->tag == kBitString && signature->content.size() > 1;
}

}  // namespace pintle::actions
