// http/exchange.hpp - one request and the response to it. Blocks, so only children call it. The
// server is not trusted: a head has a largest size, and the calling process has a deadline.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "http/field.hpp"
#include "http/head.hpp"

namespace pintle::http {

struct Get {
  std::string host;    ///< RFC 9110 section 7.2
  std::string target;  ///< path and query
  Headers headers{};   ///< replace those of the same name that pintle sends itself
};

/// A response whose head has been read; `rest` is the part of the content that was read with it.
struct Response {
  Head head{};
  std::string rest{};
};

/// Reads available bytes into `into`. Returns their number, 0 at the end of the connection.
using Read = std::function<Result<std::size_t>(std::span<char> into)>;

/// Sends all of `bytes`.
using Write = std::function<Result<void>(std::string_view bytes)>;

/// Reads the head of the final response; skips those with status 1xx (RFC 9110 section 15.2).
/// Errors: the head is not HTTP/1, is incomplete, or is longer than kLargestHead.
Result<Response> receive_head(const Read& read);

/// Sends GET and reads the head of the response. Errors: those of receive_head(), send(2), recv(2).
Result<Response> get(const Fd& socket, const Get& request);

/// Returns "HTTP status 200" for a status from 200 to 399, or, if there is one, only for the status
/// `wanted`. Errors: any other status, in the same words.
Result<std::string> check_status(int status, std::optional<std::int64_t> wanted);

/// Errors: one of `headers` cannot be sent, wrong_header().
Result<void> check_headers(const Headers& headers);

/// True if the first `most` bytes of the content contain `text`. Errors: the content is damaged or
/// compressed.
Result<bool> content_holds(const Fd& socket, const Response& response, std::string_view text,
                           std::size_t most);

}  // namespace pintle::http
