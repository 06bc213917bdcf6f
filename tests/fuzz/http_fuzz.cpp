// Any bytes as the answer of a server that is probed, and as an address.
#include <algorithm>
#include <span>

#include "config/address.hpp"
#include "fuzz.hpp"
#include "http/exchange.hpp"

using namespace pintle;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text(data, size);
  std::string_view left = text;
  const auto response = http::receive_head([&](std::span<char> into) -> Result<std::size_t> {
    const std::size_t got = std::min(left.size(), into.size());
    std::copy_n(left.begin(), got, into.begin());
    left.remove_prefix(got);
    return got;
  });
  fuzz::require(!response || (response->head.status >= 200 && response->head.status <= 999),
                "a status is final");
  const auto address = config::parse_address(text, config::Hosts::any);
  if (address) fuzz::require(address->port != 0 && !address->host.empty(), "an address is whole");
  const auto url = config::parse_http_url(text, config::Hosts::any);
  if (!url) return 0;
  fuzz::require(url->target.starts_with('/') || url->target.starts_with('?'), "a target is whole");
  fuzz::require(url->target.find_first_of("\r\n ") == std::string::npos,
                "nothing of a URL can become a header");
  fuzz::require(url->host_header.find_first_of("\r\n ") == std::string::npos,
                "nothing of a host can become a header");
  return 0;
}
