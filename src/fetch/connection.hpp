// fetch/connection.hpp - a connection to a web server, by TLS 1.2 or later once it is
// secured. The certificate must lead to a trusted one and name the host.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"
#include "config/address.hpp"

namespace pintle::fetch {

/// The longest time in which nothing at all may come, or be taken.
inline constexpr Duration kPatience = std::chrono::seconds(30);

class Connection {
 public:
  /// Without TLS. Errors: those of sys::connect_to().
  static Result<Connection> open(const config::Address& address);

  /// Begins TLS with `host`, by which certificates to judge it is `ca`, a PEM file; empty: the
  /// usual ones. Errors: a certificate that is not to be trusted, and why.
  Result<void> secure(const std::string& host, const std::string& ca);

  Result<void> write(std::string_view text);

  /// How many bytes came, at most those of `buffer`; 0 at the orderly end.
  /// Errors: a connection that was cut, or in which nothing comes.
  Result<std::size_t> read(std::span<char> buffer);

 private:
  struct Free {
    void operator()(SSL_CTX* context) const noexcept { ::SSL_CTX_free(context); }
    void operator()(SSL* tls) const noexcept { ::SSL_free(tls); }
  };

  Result<std::size_t> read_plain(std::span<char> buffer) const;
  Error failed(const char* what, int returned) const;

  Fd socket_{};
  std::unique_ptr<SSL, Free> tls_{};  // null: without
};

}  // namespace pintle::fetch
