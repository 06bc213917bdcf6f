// fetch/no_proxy.hpp - which hosts are reached without a proxy. Pure.
#pragma once

#include <string_view>

#include "config/address.hpp"

namespace pintle::fetch {

/// True if an entry of `no_proxy`, a list with commas, matches `address`. An entry is "*", a host
/// name (which includes its subdomains), an address or a network ("10.0.0.0/8"). All except "*" may
/// have a ":PORT", to match that port only.
bool is_exempt(const config::Address& address, std::string_view no_proxy);

}  // namespace pintle::fetch
