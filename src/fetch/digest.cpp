#include "fetch/digest.hpp"

#include <array>
#include <cerrno>

namespace pintle::fetch {
namespace {

const Error kDigestFailed{"compute the digest", ENOMEM, {}, {}};

}  // namespace

Result<Digest> Digest::begin() {
  Context context(::EVP_MD_CTX_new());
  if (!context || ::EVP_DigestInit_ex(context.get(), ::EVP_sha256(), nullptr) != 1)
    return kDigestFailed;
  return Digest(std::move(context));
}

Result<void> Digest::add(std::string_view bytes) {
  if (::EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) return kDigestFailed;
  return {};
}

Result<std::string> Digest::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (::EVP_DigestFinal_ex(context_.get(), bytes.data(), &size) != 1) return kDigestFailed;
  return hexadecimal({bytes.data(), size});
}

std::string hexadecimal(std::span<const unsigned char> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xfU];
  }
  return text;
}

Result<std::string> slow_digest(std::string_view text, std::string_view salt, int rounds) {
  std::array<unsigned char, 32> bytes{};
  const auto* const raw = reinterpret_cast<const unsigned char*>(salt.data());
  if (::PKCS5_PBKDF2_HMAC(text.data(), static_cast<int>(text.size()), raw,
                          static_cast<int>(salt.size()), rounds, ::EVP_sha256(),
                          static_cast<int>(bytes.size()), bytes.data()) != 1) {
    return kDigestFailed;
  }
  return hexadecimal(bytes);
}

}  // namespace pintle::fetch
