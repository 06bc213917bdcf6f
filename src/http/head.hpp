// http/head.hpp - the head of an HTTP/1.1 response (RFC 9112), from a server that is not trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pintle::http {

/// A head that is longer is refused.
inline constexpr std::size_t kLargestHead = 64U << 10U;

struct Head {
  int status = 0;
  std::string reason{};  ///< the words after the status
  std::optional<std::int64_t> length{};
  bool is_chunked = false;
  bool is_encoded = false;  ///< its content is compressed
  std::string location{};
  std::string last_modified{};
  std::string etag{};
  std::string date{};
};

/// The size of the head at the front of `text`, its empty line included; nullopt while its end has
/// not come.
std::optional<std::size_t> head_size(std::string_view text) noexcept;

/// Why a content with is_encoded cannot be used.
inline constexpr const char* kCompressed = "it is compressed though that was not asked for";

/// Reads a whole head. Errors, in `detail`: no HTTP/1; a line that is no header, blanks before the
/// colon and folded lines among them (RFC 9112 section 5); a NUL or a CR within a line (RFC 9110
/// section 5.5); a length that is no number, or two that differ, or one beside chunks (RFC 9112
/// section 6.3); an encoding other than chunked.
Result<Head> parse_head(std::string_view text);

}  // namespace pintle::http
