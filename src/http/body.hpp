// http/body.hpp - reads the content that follows a response's head: as many bytes as its
// Content-Length says, chunks (RFC 9112 section 7.1), or everything until the connection ends.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/head.hpp"

namespace pintle::http {

/// Takes the next piece of content. An error of it ends the reading.
using Sink = std::function<Result<void>(std::string_view piece)>;

class Body {
 public:
  explicit Body(const Head& head) noexcept;

  /// Passes the content in `bytes` on to `sink`. True if the content is complete. Errors: damaged
  /// chunks; extensions and trailers that are too long (RFC 9112 section 7.1); those of the sink.
  Result<bool> feed(std::string_view bytes, const Sink& sink);

 private:
  enum class State : std::uint8_t { content, until_end, size, data, data_end, trailer, done };

  Result<void> pass(std::string_view& bytes, const Sink& sink);
  Result<void> take_line(std::string_view& bytes);
  Result<void> use_line();
  Result<void> count_extra(std::size_t size);

  State state_;
  std::int64_t left_;      ///< bytes that are missing of the content or the chunk
  std::string line_{};     ///< the part read of a line between chunks
  std::size_t extra_ = 0;  ///< bytes of extensions and trailers so far
};

}  // namespace pintle::http
