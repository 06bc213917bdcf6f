// actions/addresses.hpp - the addresses that actions connect to: the accepted forms, and whether
// they are in this container.
#pragma once

#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "config/address.hpp"
#include "config/slots.hpp"

namespace pintle::actions {

/// Each returns what is wrong, "" if nothing, with any host: "HOST:PORT"; the same or the URL of a
/// service; "http://…".
std::string check_any_address(const std::string& address);
std::string check_service_address(const std::string& address);
std::string check_any_url(const std::string& url);
inline constexpr config::TextKind kAnyAddress{.check = check_any_address,
                                              .pattern = config::address_pattern};
inline constexpr config::TextKind kServiceAddress{.check = check_service_address,
                                                  .pattern = config::service_address_pattern,
                                                  .has_user_info = true};
inline constexpr config::TextKind kAnyUrl{.check = check_any_url, .pattern = config::url_pattern};

/// What is wrong with a header for the request of a probe or of `wait`, "" if nothing.
std::string check_probe_header(const std::string& name, const std::string& value);

/// A probe is for its own container unless this is set.
template <class T>
inline constexpr config::Key<T> kAllowRemoteKey{
    "allowRemote", config::into<&T::allow_remote, &config::Reader::boolean>,
    "Whether the probe may connect to hosts other than this container.", "true", "false"};

constexpr config::Hosts hosts_of(bool allow_remote) noexcept {
  return allow_remote ? config::Hosts::any : config::Hosts::loopback;
}

// Each returns why an address or a URL is not in this container; "" if it is, if it is not valid,
// or if it has variables to expand.
std::string why_address_is_remote(const std::string& address);
std::string why_url_is_remote(const std::string& url);

/// For parameters with such an address: why it is not allowed, "" if it is.
template <class T>
std::string check_own_address(const T& params) {
  return params.allow_remote ? std::string() : why_address_is_remote(params.address);
}

/// A connection. Names are looked up only for `Hosts::any`. Errors: those of sys::connect_to().
Result<Fd> connect_to(const config::Address& address, config::Hosts hosts);

}  // namespace pintle::actions
