// fetch/channel.hpp - sends and receives bytes over TLS with libcurl, for HTTP/2 of gRPC, which
// libcurl itself is not asked to speak.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/address.hpp"
#include "fetch/trust.hpp"

namespace pintle::fetch {

/// A connection to a server of HTTP/2 (RFC 9113 section 3.2).
class Channel {
 public:
  /// If `socket` is not empty, it is the path of a Unix socket that is connected to instead of
  /// `address`, which then only names the server. Errors: no connection; the certificate is not
  /// trusted.
  static Result<Channel> open(const config::Address& address, const std::string& socket,
                              const Tls& tls);

  Result<void> write(std::string_view bytes);
  /// Returns how many bytes were read; 0 at the end of the connection.
  Result<std::size_t> read(std::span<char> into);

 private:
  struct Free {
    void operator()(CURL* curl) const noexcept { ::curl_easy_cleanup(curl); }
  };

  Channel() = default;
  /// Waits until the socket is ready for `events`, poll(2). Errors: it is not within kIdleTimeout.
  Result<void> wait_for(short events) const;

  std::unique_ptr<Peer> peer_{std::make_unique<Peer>()};  // curl_ keeps a pointer to it
  std::unique_ptr<CURL, Free> curl_{::curl_easy_init()};
};

}  // namespace pintle::fetch
