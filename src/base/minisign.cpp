#include "base/minisign.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/base64.hpp"
#include "base/text.hpp"

namespace pintle {
namespace {

constexpr std::string_view kTrusted = "trusted comment: ";
constexpr std::size_t kKeySize = 32;
constexpr std::size_t kSignatureSize = 64;
constexpr std::size_t kIdSize = 8;

template <class T>
T wrong_file(std::string_view problem) {
  T nothing;
  nothing.problem = problem;
  return nothing;
}

/// The next line, without its end.
std::string_view take_line(std::string_view& text) noexcept {
  std::string_view line = take_field(text, '\n');
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// What a base64 line holds: two letters that name the algorithm, the id of the key, and `size`
/// bytes.
struct Blob {
  std::string algorithm{};
  std::array<char, kIdSize> id{};
  std::string bytes{};
};

std::optional<Blob> blob_in(std::string_view line, std::size_t size) {
  const auto bytes = from_base64(line);
  if (!bytes || bytes->size() != 2 + kIdSize + size) return std::nullopt;
  Blob blob{bytes->substr(0, 2), {}, bytes->substr(2 + kIdSize)};
  std::copy_n(bytes->begin() + 2, kIdSize, blob.id.begin());
  return blob;
}

}  // namespace

MinisignKey parse_minisign_key(std::string_view text) {
  std::string_view line = take_line(text);
  if (line.starts_with("untrusted comment:")) line = take_line(text);
  auto blob = blob_in(line, kKeySize);
  const bool is_key = blob && blob->algorithm == "Ed" && is_blank(text);
  if (!is_key) return wrong_file<MinisignKey>("it is not a public key of minisign");
  return {{}, blob->id, std::move(blob->bytes)};
}

MinisignSignature parse_minisign_signature(std::string_view text) {
  using Signature = MinisignSignature;
  constexpr const char* kNone = "it is not a signature of minisign";
  if (!take_line(text).starts_with("untrusted comment:")) return wrong_file<Signature>(kNone);
  auto blob = blob_in(take_line(text), kSignatureSize);
  if (!blob) return wrong_file<Signature>(kNone);
  if (blob->algorithm == "Ed") {
    return wrong_file<Signature>("it is a legacy signature; sign again without -l");
  }
  std::string_view comment = take_line(text);
  if (blob->algorithm != "ED" || !comment.starts_with(kTrusted)) {
    return wrong_file<Signature>(kNone);
  }
  comment.remove_prefix(kTrusted.size());
  auto of_comment = from_base64(take_line(text));
  const bool is_whole = of_comment && of_comment->size() == kSignatureSize && is_blank(text);
  if (!is_whole) return wrong_file<Signature>(kNone);
  return {{}, blob->id, std::move(blob->bytes), std::string(comment), *std::move(of_comment)};
}

std::string minisign_id(const std::array<char, 8>& id) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (auto byte = id.rbegin(); byte != id.rend(); ++byte) {
    const auto value = static_cast<unsigned char>(*byte);
    text += kDigits[value >> 4U];
    text += kDigits[value & 0xfU];
  }
  return text;
}

}  // namespace pintle
