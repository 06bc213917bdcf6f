#include "http/exchange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "http/body.hpp"
#include "sys/connect.hpp"

namespace pintle::http {
namespace {

Error unusable(const char* why) {
  return {"use the response", 0, {}, why};
}

std::string text_of(const Get& request) {
  const Headers standard{{"Host", request.host},
                         {"User-Agent", "pintle"},
                         {"Accept", "*/*"},
                         {"Accept-Encoding", "identity"}};
  return fmt::format("GET {} HTTP/1.1\r\n{}Connection: close\r\n\r\n", request.target,
                     fields_text(standard, request.headers));
}

/// False as soon as `text` cannot be the beginning of an HTTP/1 head. A server of another protocol,
/// such as SSH, may send a greeting and then wait: then pintle must not wait for it.
bool may_be_http(std::string_view text) noexcept {
  constexpr std::string_view kName = "HTTP/1.";
  const std::string_view begin = text.substr(0, kName.size());
  return begin == kName.substr(0, begin.size());
}

}  // namespace

Result<Response> receive_head(const Read& read) {
  std::string text;
  std::size_t passed_over = 0;  // size of the heads with status 1xx
  std::array<char, 16384> chunk{};
  for (;;) {
    const auto size = head_size(text);
    if (passed_over + size.value_or(text.size()) > kLargestHead) {
      return unusable("its head is too long");
    }
    if (size) {
      Response response{TRY(parse_head(text.substr(0, *size))), {}};
      text.erase(0, *size);
      passed_over += *size;
      if (response.head.status < 200) continue;
      response.rest = std::move(text);
      return response;
    }
    if (!may_be_http(text)) return unusable("it is not HTTP/1");
    const std::size_t got = TRY(read(chunk));
    if (got == 0) return unusable("the connection was cut within its head");
    text.append(chunk.data(), got);
  }
}

Result<Response> get(const Fd& socket, const Get& request) {
  TRY(sys::send_all(socket, text_of(request)));
  return receive_head([&](std::span<char> into) { return sys::receive(socket, into); });
}

Result<std::string> check_status(int status, std::optional<std::int64_t> wanted) {
  std::string said = fmt::format("HTTP status {}", status);
  if (wanted ? status == *wanted : status < 400) return said;
  return Error::in_words(std::move(said));
}

Result<void> check_headers(const Headers& headers) {
  for (const auto& [name, value] : headers) {
    std::string wrong = wrong_header(name, value);
    if (!wrong.empty()) return Error{"use the header", 0, one_line(name, 60), std::move(wrong)};
  }
  return {};
}

Result<bool> content_holds(const Fd& socket, const Response& response, std::string_view text,
                           std::size_t most) {
  if (response.head.is_encoded) return unusable(kCompressed);
  std::string seen;
  const Sink keep = [&](std::string_view piece) -> Result<void> {
    seen += piece.substr(0, most - seen.size());
    return {};
  };
  const auto is_there = [&] { return seen.find(text) != std::string::npos; };
  Body body(response.head);
  std::array<char, 16384> chunk{};
  bool is_whole = TRY(body.feed(response.rest, keep));
  while (!is_whole && !is_there() && seen.size() < most) {
    const std::size_t got = TRY(sys::receive(socket, chunk));
    if (got == 0) break;
    is_whole = TRY(body.feed({chunk.data(), got}, keep));
  }
  return is_there();
}

}  // namespace pintle::http
