#include "actions/tls_params.hpp"

namespace pintle::actions {

std::string check_server_name(const std::string& name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  const bool is_right =
      !name.empty() && name.size() <= 253 && name.find_first_not_of(kAllowed) == name.npos;
  return is_right ? "" : "that is no host name";
}

config::Pairs pairs_of(const TlsKeys& keys) {
  config::Pairs pairs;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) pairs.emplace_back(name, value);
  };
  add("ca", keys.ca);
  add("certificate", keys.certificate);
  add("key", keys.key);
  add("serverName", keys.server_name);
  add("verify", keys.verify ? "true" : "false");
  return pairs;
}

bool is_by_tls(const std::string& url, const config::Pairs& tls) noexcept {
  return !tls.empty() || url.starts_with("https://");
}

}  // namespace pintle::actions
