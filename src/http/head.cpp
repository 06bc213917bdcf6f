#include "http/head.hpp"

#include <charconv>

#include "base/text.hpp"
#include "http/field.hpp"

namespace pintle::http {
namespace {

Error bad(std::string detail) {
  return {"use the response", 0, {}, std::move(detail)};
}

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Removes the next line, with its line end, from `text` and returns it without that.
std::string_view take_line(std::string_view& text) noexcept {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

template <class Number>
bool parse_number(std::string_view text, Number& out) noexcept {
  if (text.empty() || text.front() < '0' || text.front() > '9') return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

/// "HTTP/1.1 404 Not Found".
Result<void> read_status(std::string_view line, Head& head) {
  constexpr std::size_t kCode = 9;  // offset of the status code
  const bool is_http = line.starts_with("HTTP/1.") && line.size() >= kCode + 3 && line[7] >= '0' &&
                       line[7] <= '9' && line[8] == ' ';
  const bool ends = is_http && (line.size() == kCode + 3 || line[kCode + 3] == ' ');
  if (!ends || !parse_number(line.substr(kCode, 3), head.status) || head.status < 100) {
    return bad("it is not HTTP/1");
  }
  head.reason = trimmed(line.substr(kCode + 3));
  return {};
}

Result<void> read_length(std::string_view value, Head& head) {
  std::int64_t length = 0;
  if (!parse_number(value, length)) return bad("its Content-Length is not a number");
  if (head.length && *head.length != length) return bad("it has two different Content-Lengths");
  head.length = length;
  return {};
}

Result<void> read_encoding(std::string_view value, Head& head) {
  if (head.is_chunked || !equal_without_case(value, "chunked")) {
    return bad("its Transfer-Encoding is not \"chunked\"");
  }
  head.is_chunked = true;
  return {};
}

Result<void> read_coding(std::string_view value, Head& head) {
  head.is_encoded = head.is_encoded || !equal_without_case(value, "identity");
  return {};
}

struct Row {
  std::string_view name;
  Result<void> (*read)(std::string_view value, Head& head);
};
constexpr Row kRows[] = {
    {"Content-Length", read_length},
    {"Transfer-Encoding", read_encoding},
    {"Content-Encoding", read_coding},
};

Result<void> read_header(std::string_view line, Head& head) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return bad("a line in its head is not a header");
  }
  if (line.find('\r') != std::string_view::npos) return bad("a header contains a carriage return");
  for (const Row& row : kRows) {
    if (!equal_without_case(line.substr(0, colon), row.name)) continue;
    return row.read(trimmed(line.substr(colon + 1)), head);
  }
  return {};
}

}  // namespace

std::optional<std::size_t> head_size(std::string_view text) noexcept {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    const std::string_view rest = text.substr(at + 1);
    if (rest.starts_with('\n')) return at + 2;
    if (rest.starts_with("\r\n")) return at + 3;
  }
  return std::nullopt;
}

Result<Head> parse_head(std::string_view text) {
  Head head;
  if (text.find('\0') != std::string_view::npos) return bad("its head contains a NUL byte");
  TRY(read_status(take_line(text), head));
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    TRY(read_header(line, head));
  }
  if (head.is_chunked && head.length)
    return bad("it has both Transfer-Encoding and Content-Length");
  return head;
}

}  // namespace pintle::http
