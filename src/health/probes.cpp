#include "health/probes.hpp"

#include <fmt/format.h>

#include "config/address.hpp"

namespace pintle::health {
namespace {

Result<Fd> connect_to(const config::Address& address) {
  return sys::connect_to(address.host, address.port, sys::Names::none);
}

}  // namespace

Result<std::string> probe_http(const std::string& url) {
  const config::HttpUrl parsed = TRY(config::parse_http_url(url));
  const Fd socket = TRY(connect_to(parsed.address));
  const int status = TRY(sys::get_status(socket, parsed.host_header, parsed.target));
  if (status < 400) return fmt::format("status {}", status);
  return Error{"use the answer", 0, {}, fmt::format("status {}", status)};
}

Result<std::string> probe_tcp(const std::string& address) {
  const config::Address parsed = TRY(config::parse_address(address));
  const Fd socket = TRY(connect_to(parsed));
  return std::string("connected");
}

}  // namespace pintle::health
