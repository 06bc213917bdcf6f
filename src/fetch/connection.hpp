// fetch/connection.hpp - a connection to a web server; after secure() it uses TLS 1.2 or later. The
// server's certificate must be signed by a trusted CA and name the host.
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

/// The longest time without any data, in either direction.
inline constexpr Duration kPatience = std::chrono::seconds(30);

class Connection {
 public:
  /// Without TLS. Errors: those of sys::connect_to().
  static Result<Connection> open(const config::Address& address);

  /// Begins TLS with `host`. `ca` is a PEM file with the trusted CAs; empty: the bundle of the
  /// image. Errors: the certificate is not trusted.
  Result<void> secure(const std::string& host, const std::string& ca);

  Result<void> write(std::string_view text);

  /// Returns how many bytes were read into `buffer`; 0 at the end of the connection. Errors: the
  /// connection was cut; no data for kPatience.
  Result<std::size_t> read(std::span<char> buffer);

 private:
  struct Free {
    void operator()(SSL_CTX* context) const noexcept { ::SSL_CTX_free(context); }
    void operator()(SSL* tls) const noexcept { ::SSL_free(tls); }
  };

  Result<std::size_t> read_plain(std::span<char> buffer) const;
  Error failed(const char* what, int returned) const;

  Fd socket_{};
  std::unique_ptr<SSL, Free> tls_{};  // null: no TLS
};

}  // namespace pintle::fetch
