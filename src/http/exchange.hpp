// http/exchange.hpp - one request and the response to it. Blocks; for children. The other side is
// not trusted: a head has a largest size, and whoever asks has a deadline.
#pragma once

#include <functional>
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
  Headers headers{};   ///< in place of those of the same name that pintle sends by itself
};

/// A response whose head has been read; `rest` is what came with it.
struct Response {
  Head head{};
  std::string rest{};
};

/// Reads what has come, 0 at the end of the connection.
using Read = std::function<Result<std::size_t>(std::span<char> into)>;

/// Reads the head of the final response; those of 1xx are passed over (RFC 9110 section 15.2).
/// Errors: one that is not HTTP/1, ends too early or is longer than kLargestHead.
Result<Response> receive_head(const Read& read);

/// Sends GET, and reads the head of what comes back. Errors: as above; send(2), recv(2).
Result<Response> get(const Fd& socket, const Get& request);

/// Whether `text` stands in the first `most` bytes of the content. Errors: a content that is
/// damaged or compressed.
Result<bool> content_holds(const Fd& socket, const Response& response, std::string_view text,
                           std::size_t most);

}  // namespace pintle::http
