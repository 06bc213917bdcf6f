#include "fetch/answer.hpp"

#include <fmt/format.h>

#include <span>

#include "base/text.hpp"

namespace pintle::fetch {

Result<http::Response> receive_head(Connection& connection) {
  return http::receive_head([&](std::span<char> into) { return connection.read(into); });
}

Error unusable(const http::Head& head) {
  return {"use the answer",
          0,
          {},
          one_line(fmt::format("status {}{}{}", head.status, head.reason.empty() ? "" : " ",
                               head.reason),
                   60)};
}

}  // namespace pintle::fetch
