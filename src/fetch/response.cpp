#include "fetch/response.hpp"

#include <fmt/format.h>

#include <span>

#include "base/text.hpp"

namespace pintle::fetch {

Result<http::Response> receive_head(Connection& connection) {
  return http::receive_head([&](std::span<char> into) { return connection.read(into); });
}

Error unusable(const http::Head& head) {
  const std::string words = fmt::format("HTTP status {} {}", head.status, head.reason);
  return Error::in_words(one_line(words.substr(0, words.find_last_not_of(' ') + 1), 60));
}

}  // namespace pintle::fetch
