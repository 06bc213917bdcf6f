// base/manifest.hpp - the lines of a manifest: digests and names of files, in the format of
// sha256sum(1). Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pintle {

/// The longest line that is accepted: a digest, and a path of 4096 bytes in which each is escaped.
inline constexpr std::size_t kLongestManifestLine = 8300;

struct ManifestLine {
  std::string digest{};   ///< 64 hexadecimal digits, lower-case
  std::string name{};     ///< not empty, without NUL
  std::string problem{};  ///< what is wrong with the line; "" if nothing
};

/// True for a line that starts with '#': it names no file.
constexpr bool is_manifest_comment(std::string_view line) noexcept {
  return line.starts_with('#');
}

/// Reads a line, which has no newline at its end and is no comment.
ManifestLine parse_manifest_line(std::string_view line);

/// The line for a file, with its newline. A newline, a carriage return and a backslash in the name
/// are escaped as sha256sum(1) does it.
std::string manifest_line(std::string_view digest, std::string_view name);

}  // namespace pintle
