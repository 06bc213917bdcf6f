// http/head.hpp - the head of an HTTP/1.1 response (RFC 9112), from a server that is not trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pintle::http {

/// A longer head is an error; in bytes.
inline constexpr std::size_t kLargestHead = 64U << 10U;

struct Head {
  int status = 0;
  std::string reason{};  ///< the text after the status
  std::optional<std::int64_t> length{};
  bool is_chunked = false;
  bool is_encoded = false;  ///< the content is compressed
};

/// The size of the head at the front of `text`, its empty line included; nullopt if the head is not
/// complete.
std::optional<std::size_t> head_size(std::string_view text) noexcept;

/// Why content with Head::is_encoded cannot be used: a clause for a message.
inline constexpr const char* kCompressed = "it is compressed, though pintle did not offer that";

/// Reads a complete head. Errors, in `detail`: it is not HTTP/1; a line is not a header, for
/// example because it is folded or has a blank before the colon (RFC 9112 section 5); a line
/// contains a NUL or a CR (RFC 9110 section 5.5); Content-Length is not a number, has two different
/// values, or comes with Transfer-Encoding (RFC 9112 section 6.3); Transfer-Encoding is not
/// "chunked".
Result<Head> parse_head(std::string_view text);

}  // namespace pintle::http
