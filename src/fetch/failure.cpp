#include "fetch/failure.hpp"

#include <fmt/format.h>

#include <cerrno>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "fetch/transfer.hpp"

namespace pintle::fetch {
namespace {

constexpr const char* kReceive = "receive the response";
constexpr const char* kUse = "use the response";
constexpr const char* kCut = "the connection was cut";

/// OpenSSL's reason in "error:0A00010B:SSL routines::wrong version number, errno 0", or the verdict
/// on a certificate.
std::string reason_in(const std::string& text) {
  constexpr std::string_view kVerdict = "SSL certificate problem: ";
  if (text.starts_with(kVerdict)) return text.substr(kVerdict.size());
  const std::size_t end = text.find(", errno ");
  const std::size_t begin = text.rfind("::", end);
  const std::size_t from = begin == std::string::npos ? 0 : begin + 2;
  return one_line(text.substr(from, end - from), 200);
}

/// The errno of a connection that had been made; 0: unknown. An errno of connect(2) does not count:
/// libcurl keeps that of another address of the host, which it tried before.
int reason_of_end(const Circumstances& at) noexcept {
  const bool is_of_connect =
      at.reason == ECONNREFUSED || at.reason == ENETUNREACH || at.reason == EADDRNOTAVAIL;
  return is_of_connect ? 0 : at.reason;
}

/// The error for a connection that ended too early.
Error cut(const Circumstances& at) {
  if (const int reason = reason_of_end(at)) return {kReceive, reason, {}, {}};
  if (at.has_head) return {kReceive, 0, {}, kCut};
  const bool is_alert = at.text.find("SSL") != std::string::npos &&
                        at.text.find("unexpected eof") == std::string::npos;
  if (is_alert) return {kReceive, 0, {}, reason_in(at.text)};
  return {kUse, 0, {}, "the connection was cut within its head"};
}

Error no_tls(const Circumstances& at) {
  if (const int reason = reason_of_end(at)) return {"begin TLS", reason, {}, {}};
  const bool is_cut = at.text.find("SSL_ERROR_SYSCALL") != std::string::npos;
  return {"begin TLS", 0, {}, is_cut ? kCut : reason_in(at.text)};
}

/// The error for a head that libcurl refuses before it is complete; a complete one is checked in
/// http/head.cpp.
Error unsound(const Circumstances& at) {
  const bool is_length = at.text.starts_with("Invalid Content-Length");
  return {kUse, 0, {}, is_length ? "its Content-Length is not a number" : "it is not HTTP/1"};
}

Error late(const Circumstances& at) {
  std::string why = fmt::format("no data for {}", format_duration(kIdleTimeout));
  if (at.has_begun) return {kReceive, 0, {}, std::move(why)};
  return {"connect to", 0, at.peer, std::move(why)};
}

}  // namespace

Error failure_of(const Circumstances& at) {
  switch (at.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {"look up", 0, at.peer.substr(0, at.peer.rfind(':')), "its name is not known"};
    case CURLE_COULDNT_CONNECT:
      return {"connect to", at.reason == 0 ? ECONNREFUSED : at.reason, at.peer, {}};
    case CURLE_OPERATION_TIMEDOUT:
      return late(at);
    case CURLE_SSL_CONNECT_ERROR:
      return no_tls(at);
    case CURLE_PEER_FAILED_VERIFICATION:
      return {"trust the server's certificate", 0, {}, reason_in(at.text)};
    case CURLE_SSL_CACERT_BADFILE:
      return {"use the CA bundle", 0, at.ca, "there is no certificate in it"};
    case CURLE_SSL_CERTPROBLEM:
      return {"use the certificate", 0, at.identity, reason_in(at.text)};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return unsound(at);
    case CURLE_OK:  // the connection ended without a complete head
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
      return cut(at);
    case CURLE_OUT_OF_MEMORY:  // libcurl also returns this for a line above its limit
      if (!at.has_head) return {kUse, 0, {}, "its head is too long"};
      break;
    default:
      break;
  }
  return {
      kReceive, 0, {}, one_line(at.text.empty() ? ::curl_easy_strerror(at.code) : at.text, 200)};
}

}  // namespace pintle::fetch
