// fetch/digest.hpp - SHA-256, by libcrypto.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pintle::fetch {

class Digest {
 public:
  /// Errors: too little memory.
  static Result<Digest> begin();

  Result<void> add(std::string_view bytes);

  /// Lower-case hexadecimal digits. Nothing can be added afterwards.
  Result<std::string> finish();

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const noexcept { ::EVP_MD_CTX_free(context); }
  };
  using Context = std::unique_ptr<EVP_MD_CTX, Free>;

  explicit Digest(Context context) noexcept : context_(std::move(context)) {}

  Context context_;
};

/// Two lower-case digits for each byte.
std::string hexadecimal(std::span<const unsigned char> bytes);

/// A digest of `text` that takes `rounds` rounds to compute (PBKDF2, RFC 8018 section 5.2). Errors:
/// too little memory.
Result<std::string> slow_digest(std::string_view text, std::string_view salt, int rounds);

}  // namespace pintle::fetch
