#include "fetch/digest.hpp"

#include <array>
#include <cerrno>

namespace pintle::fetch {
namespace {

const Error kFailed{"compute the digest", ENOMEM, {}, {}};

}  // namespace

Result<Digest> Digest::begin() {
  Context context(::EVP_MD_CTX_new());
  if (!context || ::EVP_DigestInit_ex(context.get(), ::EVP_sha256(), nullptr) != 1) return kFailed;
  return Digest(std::move(context));
}

Result<void> Digest::add(std::string_view bytes) {
  if (::EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) return kFailed;
  return {};
}

Result<std::string> Digest::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (::EVP_DigestFinal_ex(context_.get(), bytes.data(), &size) != 1) return kFailed;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4U];
    text += kDigits[bytes[i] & 0xfU];
  }
  return text;
}

}  // namespace pintle::fetch
