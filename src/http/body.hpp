// http/body.hpp - takes the content out of what follows a response's head: as many bytes as its
// Content-Length says, the chunks of RFC 9112 section 7.1, or all until the connection ends.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/head.hpp"

namespace pintle::http {

/// Takes the next piece of content.
using Sink = std::function<Result<void>(std::string_view piece)>;

class Body {
 public:
  /// At most `limit` bytes are passed on. Errors: a length above it.
  static Result<Body> begin(const Head& head, std::int64_t limit);

  /// Passes the content in `bytes` on to `sink`. True when nothing more is to come.
  /// Errors: content above the limit; damaged chunks, or extensions and trailers without end (RFC
  /// 9112 section 7.1); those of the sink.
  Result<bool> feed(std::string_view bytes, const Sink& sink);

  /// The connection has ended. Errors: something is missing.
  Result<void> end() const;

 private:
  enum class State : std::uint8_t { content, until_end, size, data, data_end, trailer, done };

  Body(State state, std::int64_t left, std::int64_t limit) noexcept
      : state_(state), left_(left), room_(limit), limit_(limit) {}

  Result<void> pass(std::string_view& bytes, const Sink& sink);
  Result<void> take_line(std::string_view& bytes);
  Result<void> use_line();
  Result<void> count_extra(std::size_t size);

  State state_;
  std::int64_t left_;  ///< of the content or the chunk
  std::int64_t room_;  ///< until the limit
  std::int64_t limit_;
  std::string line_{};     ///< of what stands between chunks
  std::size_t extra_ = 0;  ///< bytes of extensions and trailers, which nobody wants
};

/// Why something larger than `limit` is not taken.
Error too_large(std::int64_t limit);

}  // namespace pintle::http
