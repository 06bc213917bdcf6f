#include "base/manifest.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace pintle {
namespace {

constexpr std::size_t kDigestDigits = 64;
constexpr std::string_view kEscaped = "\\\n\r";

ManifestLine wrong(std::string problem) {
  ManifestLine line;
  line.problem = std::move(problem);
  return line;
}

char letter_of(char escaped) noexcept {
  if (escaped == '\n') return 'n';
  return escaped == '\r' ? 'r' : '\\';
}

/// nullopt if there is a backslash that escapes nothing.
std::optional<std::string> unescaped(std::string_view text) {
  std::string name;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\\'), text.size());
    name += text.substr(0, end);
    text.remove_prefix(end);
    if (text.empty()) break;
    const char letter = text.size() > 1 ? text[1] : '\0';
    if (letter != 'n' && letter != 'r' && letter != '\\') return std::nullopt;
    name += letter == 'n' ? '\n' : letter == 'r' ? '\r' : '\\';
    text.remove_prefix(2);
  }
  return name;
}

}  // namespace

ManifestLine parse_manifest_line(std::string_view line) {
  if (line.empty()) return wrong("it is empty");
  if (line.ends_with('\r')) return wrong("it ends with a carriage return; end lines with \\n");
  if (line.find('\0') != std::string_view::npos) return wrong("there is a NUL byte in it");
  const bool is_escaped = line.starts_with('\\');
  if (is_escaped) line.remove_prefix(1);
  const std::string_view digest = line.substr(0, kDigestDigits);
  if (!is_sha256(digest)) return wrong("it does not begin with the 64 digits of a SHA-256 digest");
  line.remove_prefix(kDigestDigits);
  if (!line.starts_with("  ") && !line.starts_with(" *")) {
    return wrong("two spaces, or a space and '*', must follow the 64 digits of the digest");
  }
  line.remove_prefix(2);
  if (line.empty()) return wrong("the name of the file is missing");
  const auto name = is_escaped ? unescaped(line) : std::optional(std::string(line));
  if (!name) return wrong("a backslash in the name is followed by neither 'n', 'r' nor '\\'");
  return {lower_case(std::string(digest)), *name, {}};
}

std::string manifest_line(std::string_view digest, std::string_view name) {
  std::string line = name.find_first_of(kEscaped) == std::string_view::npos ? "" : "\\";
  line.append(digest).append("  ");
  for (const char c : name) {
    if (kEscaped.find(c) == std::string_view::npos) {
      line += c;
    } else {
      line.append({'\\', letter_of(c)});
    }
  }
  return line += '\n';
}

}  // namespace pintle
