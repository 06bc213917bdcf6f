#include "actions/addresses.hpp"

#include "config/expansion.hpp"
#include "http/field.hpp"
#include "sys/connect.hpp"

namespace pintle::actions {

using config::Hosts;
using config::is_final;

std::string check_any_address(const std::string& address) {
  return config::wrong_with(config::parse_address(address, Hosts::any));
}

std::string check_service_address(const std::string& address) {
  return config::wrong_with(config::parse_service_address(address));
}

std::string check_any_url(const std::string& url) {
  return config::wrong_with(config::parse_http_url(url, Hosts::any));
}

std::string check_probe_header(const std::string& name, const std::string& value) {
  return http::wrong_header(name, value);
}

std::string why_address_is_remote(const std::string& address) {
  if (!is_final(address) || !check_any_address(address).empty()) return {};
  return config::wrong_with(config::parse_address(address));
}

std::string why_url_is_remote(const std::string& url) {
  if (!is_final(url) || !check_any_url(url).empty()) return {};
  return config::wrong_with(config::parse_http_url(url));
}

Result<Fd> connect_to(const config::Address& address, Hosts hosts) {
  const auto names = hosts == Hosts::any ? sys::Names::lookup : sys::Names::none;
  return sys::connect_to(address.host, address.port, names);
}

}  // namespace pintle::actions
