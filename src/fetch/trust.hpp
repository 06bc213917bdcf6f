// fetch/trust.hpp - which servers are trusted by TLS, and as whom they know us.
#pragma once

#include <curl/curl.h>

#include <string>

#include "base/result.hpp"

namespace pintle::fetch {

struct Tls {
  std::string ca{};           ///< a PEM file with the trusted CAs; empty: the bundle of the image
  std::string certificate{};  ///< a PEM file that says who we are; empty: none
  std::string key{};          ///< the PEM file of its key
  std::string server_name{};  ///< that the certificate must name; empty: the host that is asked
  bool verify = true;         ///< false: any certificate will do
};

/// What one TLS connection is judged by.
struct Peer {
  std::string host{};
  bool verify = true;
  bool speaks_http2 = false;      ///< it is asked to
  bool has_said_goodbye = false;  ///< it has sent its close notice, RFC 8446 section 6.1
};

/// What a server is judged by that is asked as `host`.
Peer peer_of(const std::string& host, const Tls& tls);

/// TLS 1.2 or later with `peer`, which must live as long as `curl`: its certificate must be signed
/// by a trusted CA and name the host. Errors: the image has no CA bundle; a file cannot be read.
Result<void> set_up_tls(CURL* curl, const Tls& tls, Peer& peer);

}  // namespace pintle::fetch
