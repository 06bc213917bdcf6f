// fetch/trust.hpp - sets up TLS: which servers are trusted, and which client certificate they are
// shown.
#pragma once

#include <curl/curl.h>

#include <string>

#include "base/result.hpp"

namespace pintle::fetch {

struct Tls {
  std::string ca{};           ///< a PEM file with the trusted CAs; empty: the bundle of the image
  std::string certificate{};  ///< a PEM file with the client certificate; empty: none
  std::string key{};          ///< the PEM file of its key
  std::string server_name{};  ///< the name in the certificate; empty: the host of the URL
  bool verify = true;         ///< false: any certificate will do
};

/// How the server of one TLS connection is verified, and what is known of the connection.
struct Peer {
  std::string host{};
  bool verify = true;
  bool speaks_http2 = false;           ///< the server is asked for HTTP/2
  bool has_sent_close_notify = false;  ///< the alert of the server's end, RFC 8446 section 6.1
};

/// The Peer for a server that is reached as `host`.
Peer peer_of(const std::string& host, const Tls& tls);

/// Sets `curl` to TLS 1.2 or later with `peer`, which must live as long as `curl`. The certificate
/// must be signed by a trusted CA and name the host. Errors: the image has no CA bundle; a file
/// cannot be read.
Result<void> set_up_tls(CURL* curl, const Tls& tls, Peer& peer);

}  // namespace pintle::fetch
