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

/// OpenSSL's reason in "error:0A00010B:SSL routines::wrong version number, errno 0".
std::string reason_in(const std::string& text) {
  const std::size_t end = text.find(", errno ");
  const std::size_t begin = text.rfind("::", end);
  if (begin == std::string::npos) return one_line(text.substr(0, end), 200);
  return one_line(text.substr(begin + 2, end - begin - 2), 200);
}

std::string verdict_in(const std::string& text) {
  constexpr std::string_view kBegin = "SSL certificate problem: ";
  return text.starts_with(kBegin) ? text.substr(kBegin.size()) : reason_in(text);
}

/// A failure after which the head is not complete, though the connection was there.
Error without_head(const Circumstances& at) {
  if (at.reason != 0) return {kReceive, at.reason, {}, {}};
  const bool is_tls = at.text.find("SSL") != std::string::npos &&
                      at.text.find("unexpected eof") == std::string::npos;
  if (is_tls) return {kReceive, 0, {}, reason_in(at.text)};
  return {kUse, 0, {}, "the connection was cut within its head"};
}

Error cut(const Circumstances& at) {
  if (!at.has_head) return without_head(at);
  if (at.reason != 0) return {kReceive, at.reason, {}, {}};
  return {kReceive, 0, {}, "the connection was cut"};
}

Error unsound(const Circumstances& at) {
  if (at.text.starts_with("Invalid Content-Length")) {
    return {kUse, 0, {}, "its Content-Length is not a number"};
  }
  if (at.text.starts_with("Header without colon")) {
    return {kUse, 0, {}, "a line in its head is not a header"};
  }
  if (at.text.starts_with("Nul byte")) return {kUse, 0, {}, "its head contains a NUL byte"};
  return {kUse, 0, {}, "it is not HTTP/1"};
}

Error unreachable(const Circumstances& at) {
  return {"connect to", at.reason == 0 ? ECONNREFUSED : at.reason, at.peer, {}};
}

Error unknown_host(const Circumstances& at) {
  return {"look up", 0, at.peer.substr(0, at.peer.rfind(':')), "its name is not known"};
}

Error late(const Circumstances& at) {
  const char* const what = at.has_begun ? kReceive : "connect to";
  return {what, 0, at.has_begun ? "" : at.peer,
          fmt::format("no data for {}", format_duration(kPatience))};
}

Error no_tls(const Circumstances& at) {
  const bool is_cut = at.text.find("SSL_ERROR_SYSCALL") != std::string::npos;
  if (is_cut && at.reason == 0) return {"begin TLS", 0, {}, "the connection was cut"};
  return {"begin TLS", at.reason, {}, at.reason == 0 ? reason_in(at.text) : std::string()};
}

Error untrusted(const Circumstances& at) {
  return {"trust the server's certificate", 0, {}, verdict_in(at.text)};
}

Error unusable_bundle(const Circumstances& at) {
  return {"use the CA bundle", 0, at.ca, "there is no certificate in it"};
}

Error unusable_identity(const Circumstances& at) {
  return {"use the certificate", 0, at.identity, reason_in(at.text)};
}

Error head_too_long(const Circumstances& at) {
  if (at.has_head) return {kUse, 0, {}, one_line(at.text, 200)};
  return {kUse, 0, {}, "its head is too long"};
}

struct Row {
  CURLcode code;
  Error (*error)(const Circumstances& at);
};
constexpr Row kRows[] = {
    {CURLE_OK, without_head},
    {CURLE_GOT_NOTHING, without_head},
    {CURLE_COULDNT_RESOLVE_HOST, unknown_host},
    {CURLE_COULDNT_RESOLVE_PROXY, unknown_host},
    {CURLE_COULDNT_CONNECT, unreachable},
    {CURLE_OPERATION_TIMEDOUT, late},
    {CURLE_SSL_CONNECT_ERROR, no_tls},
    {CURLE_PEER_FAILED_VERIFICATION, untrusted},
    {CURLE_SSL_CACERT_BADFILE, unusable_bundle},
    {CURLE_SSL_CERTPROBLEM, unusable_identity},
    {CURLE_UNSUPPORTED_PROTOCOL, unsound},
    {CURLE_WEIRD_SERVER_REPLY, unsound},
    {CURLE_RECV_ERROR, cut},
    {CURLE_SEND_ERROR, cut},
    {CURLE_PARTIAL_FILE, cut},
    {CURLE_OUT_OF_MEMORY, head_too_long},  // libcurl's word for a line above its limit
};

}  // namespace

Error failure_of(const Circumstances& at) {
  for (const Row& row : kRows) {
    if (row.code == at.code) return row.error(at);
  }
  return {
      kReceive, 0, {}, one_line(at.text.empty() ? ::curl_easy_strerror(at.code) : at.text, 200)};
}

}  // namespace pintle::fetch
