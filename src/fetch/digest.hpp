// fetch/digest.hpp - SHA-256, by libcrypto.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pintle::fetch {

class Digest {
 public:
  /// Errors: none but a lack of memory.
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

}  // namespace pintle::fetch
