#include "fetch/trust.hpp"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace pintle::fetch {
namespace {

// The CA bundles of distributions: Debian and Alpine, RHEL, Alpine and others, SUSE.
constexpr const char* kBundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
};

Result<std::string> bundle_for(const std::string& named) {
  if (!named.empty()) return named;
  const char* const variable = std::getenv("SSL_CERT_FILE");
  if (variable != nullptr && *variable != '\0') return std::string(variable);
  for (const char* const path : kBundles) {
    if (::access(path, R_OK) == 0) return std::string(path);
  }
  return Error{
      "verify the server", 0, {}, "the image has no CA bundle; set \"ca\" to the path of one"};
}

Result<void> require_file(const char* what, const std::string& path) {
  if (::access(path.c_str(), R_OK) == 0) return {};
  Error error = Error::from_errno(what);
  error.subject = path;
  return error;
}

bool is_literal(const std::string& host) noexcept {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

int peer_index() noexcept {
  static const int index = ::SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

/// Notes that the server has sent close_notify: libcurl does not tell whether a connection ended
/// with it or was cut.
void note_alert(const SSL* tls, int where, int alert) {
  if (where != SSL_CB_READ_ALERT || (alert & 0xff) != SSL_AD_CLOSE_NOTIFY) return;
  SSL_CTX* const context = ::SSL_get_SSL_CTX(tls);
  static_cast<Peer*>(::SSL_CTX_get_ex_data(context, peer_index()))->has_sent_close_notify = true;
}

/// libcurl's own check also accepts the name in the certificate's subject; here only a
/// subjectAltName counts (RFC 9525 section 2).
bool expect_host(SSL_CTX* tls, const std::string& host) {
  X509_VERIFY_PARAM* const expected = ::SSL_CTX_get0_param(tls);
  ::X509_VERIFY_PARAM_set_hostflags(
      expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return is_literal(host) ? ::X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1
                          : ::X509_VERIFY_PARAM_set1_host(expected, host.c_str(), host.size()) == 1;
}

CURLcode configure_tls(CURL*, void* context, void* judged) {
  auto* const tls = static_cast<SSL_CTX*>(context);
  const Peer& peer = *static_cast<Peer*>(judged);
  constexpr int kLevel = 2;  // 112 bits: no RSA below 2048, no SHA-1 signatures
  ::SSL_CTX_set_security_level(tls, kLevel);
  if (::SSL_CTX_set_ex_data(tls, peer_index(), judged) != 1) return CURLE_OUT_OF_MEMORY;
  ::SSL_CTX_set_info_callback(tls, note_alert);
  constexpr unsigned char kHttp2[] = {2, 'h', '2'};  // RFC 7301 section 3.1
  const bool is_set =
      !peer.speaks_http2 || ::SSL_CTX_set_alpn_protos(tls, kHttp2, sizeof kHttp2) == 0;
  if (!is_set || (peer.verify && !expect_host(tls, peer.host))) return CURLE_OUT_OF_MEMORY;
  return CURLE_OK;
}

Result<void> set_up_trust(CURL* curl, const Tls& tls) {
  ::curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  if (!tls.verify) {
    ::curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    ::curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    return {};
  }
  const std::string bundle = TRY(bundle_for(tls.ca));
  TRY(require_file("read the CA bundle", bundle));
  ::curl_easy_setopt(curl, CURLOPT_CAINFO, bundle.c_str());
  return {};
}

}  // namespace

Peer peer_of(const std::string& host, const Tls& tls) {
  return {.host = tls.server_name.empty() ? host : tls.server_name, .verify = tls.verify};
}

Result<void> set_up_tls(CURL* curl, const Tls& tls, Peer& peer) {
  TRY(set_up_trust(curl, tls));
  ::curl_easy_setopt(curl, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  ::curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, &peer);
  if (::curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, configure_tls) != CURLE_OK) {
    return Error{"begin TLS", 0, {}, "libcurl does not use OpenSSL"};
  }
  if (tls.certificate.empty()) return {};
  TRY(require_file("read the certificate", tls.certificate));
  TRY(require_file("read the key", tls.key));
  ::curl_easy_setopt(curl, CURLOPT_SSLCERT, tls.certificate.c_str());
  ::curl_easy_setopt(curl, CURLOPT_SSLKEY, tls.key.c_str());
  // Otherwise libcrypto would ask for a passphrase on a terminal.
  ::curl_easy_setopt(curl, CURLOPT_KEYPASSWD, "");
  return {};
}

}  // namespace pintle::fetch
