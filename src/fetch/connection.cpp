#include "fetch/connection.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/duration.hpp"
#include "sys/connect.hpp"

namespace pintle::fetch {
namespace {

// The CA bundles of distributions: Debian and Alpine, RHEL, Alpine and others, SUSE.
constexpr const char* kBundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
};

std::string tls_reason() {
  const unsigned long code = ::ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ::ERR_reason_error_string(code);
  return reason == nullptr ? "TLS failed" : reason;
}

Error stalled(const char* what) {
  return {what, 0, {}, fmt::format("no data for {}", format_duration(kPatience))};
}

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

Result<void> trust(SSL_CTX* context, const std::string& bundle) {
  if (::access(bundle.c_str(), R_OK) < 0) {
    Error error = Error::from_errno("read the CA bundle");
    error.subject = bundle;
    return error;
  }
  if (::SSL_CTX_load_verify_file(context, bundle.c_str()) == 1) return {};
  return Error{"use the CA bundle", 0, bundle, tls_reason()};
}

bool is_literal(const std::string& host) noexcept {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

/// Sets the host that the certificate must name. A name is also sent to the server (SNI, RFC 6066
/// section 3).
bool expect_host(SSL* tls, const std::string& host) {
  if (is_literal(host)) {
    return ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(tls), host.c_str()) == 1;
  }
  // Only a subjectAltName counts, not the subject (RFC 9525 section 2).
  ::SSL_set_hostflags(tls,
                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  // This is SSL_set_tlsext_host_name() without its C cast. The name is copied.
  auto* const name = const_cast<char*>(host.c_str());
  return ::SSL_set1_host(tls, name) == 1 &&
         ::SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name) == 1;
}

}  // namespace

Result<Connection> Connection::open(const config::Address& address) {
  Connection connection;
  connection.socket_ =
      TRY(sys::connect_to(address.host, address.port, sys::Names::lookup, kPatience));
  return connection;
}

Result<void> Connection::secure(const std::string& host, const std::string& ca) {
  const std::unique_ptr<SSL_CTX, Free> context(::SSL_CTX_new(::TLS_client_method()));
  if (!context || ::SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) {
    return Error{"begin TLS", 0, {}, tls_reason()};
  }
  constexpr int kLevel = 2;  // 112 bits: no RSA below 2048, no SHA-1 signatures
  ::SSL_CTX_set_security_level(context.get(), kLevel);
  ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  const std::string bundle = TRY(bundle_for(ca));
  TRY(trust(context.get(), bundle));
  tls_.reset(::SSL_new(context.get()));
  if (!tls_ || !expect_host(tls_.get(), host) || ::SSL_set_fd(tls_.get(), socket_.get()) != 1) {
    return Error{"begin TLS", 0, {}, tls_reason()};
  }
  ::ERR_clear_error();
  errno = 0;
  const int returned = ::SSL_connect(tls_.get());
  if (returned == 1) return {};
  const long verdict = ::SSL_get_verify_result(tls_.get());
  if (verdict == X509_V_OK) return failed("begin TLS", returned);
  return Error{"trust the server's certificate", 0, {}, ::X509_verify_cert_error_string(verdict)};
}

Error Connection::failed(const char* what, int returned) const {
  const int reason = errno;
  switch (::SSL_get_error(tls_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return stalled(what);
    case SSL_ERROR_SYSCALL:
      if (reason != 0) return {what, reason, {}, {}};
      break;
    default:
      break;
  }
  const bool was_cut =
      ERR_GET_REASON(::ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  return {what, 0, {}, was_cut ? "the connection was cut" : tls_reason()};
}

Result<void> Connection::write(std::string_view text) {
  while (!text.empty()) {
    ::ERR_clear_error();
    errno = 0;
    const int size = static_cast<int>(text.size());
    const ssize_t sent = tls_ ? ::SSL_write(tls_.get(), text.data(), size)
                              : ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0 && tls_) return failed("send the request", static_cast<int>(sent));
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return stalled("send the request");
    if (sent < 0) return Error::from_errno("send the request");
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<std::size_t> Connection::read_plain(std::span<char> buffer) const {
  for (;;) {
    const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno == EAGAIN) return stalled("receive the response");
    if (errno != EINTR) return Error::from_errno("receive the response");
  }
}

Result<std::size_t> Connection::read(std::span<char> buffer) {
  if (!tls_) return read_plain(buffer);
  ::ERR_clear_error();
  errno = 0;
  const int got = ::SSL_read(tls_.get(), buffer.data(), static_cast<int>(buffer.size()));
  if (got > 0) return static_cast<std::size_t>(got);
  if (::SSL_get_error(tls_.get(), got) == SSL_ERROR_ZERO_RETURN) return std::size_t{0};
  return failed("receive the response", got);
}

}  // namespace pintle::fetch
