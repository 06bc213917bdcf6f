// actions/addresses.hpp - where actions connect to: what may be written, and whether it is in this
// container.
#pragma once

#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "config/address.hpp"
#include "config/slots.hpp"

namespace pintle::actions {

/// "HOST:PORT", the same or the URL of a service, and "http://…", with any host.
std::string check_any_address(const std::string& address);
std::string check_service_address(const std::string& address);
std::string check_any_url(const std::string& url);
inline constexpr config::TextKind kAnyAddress{.check = check_any_address,
                                              .pattern = config::address_pattern};
inline constexpr config::TextKind kServiceAddress{.check = check_service_address,
                                                  .pattern = config::service_address_pattern,
                                                  .has_user_info = true};
inline constexpr config::TextKind kAnyUrl{.check = check_any_url, .pattern = config::url_pattern};

/// What is wrong with a header of a request of a probe or `wait`, "" if nothing.
std::string check_probe_header(const std::string& name, const std::string& value);

/// A probe looks at its own container, unless this is set.
template <class T>
inline constexpr config::Key<T> kAllowRemoteKey{
    "allowRemote", config::into<&T::allow_remote, &config::Reader::boolean>,
    "Whether hosts other than this container's own may be asked.", "true", "false"};

constexpr config::Hosts hosts_of(bool allow_remote) noexcept {
  return allow_remote ? config::Hosts::any : config::Hosts::loopback;
}

// Each says why an address or a URL is not this container's, "" if it is, if it is none at all, or
// while there is something to expand in it.
std::string why_address_is_remote(const std::string& address);
std::string why_url_is_remote(const std::string& url);

/// Of parameters with such an address: why it may not be asked, "" if it may.
template <class T>
std::string check_own_address(const T& params) {
  return params.allow_remote ? std::string() : why_address_is_remote(params.address);
}

/// A connection. Names are looked up only for `Hosts::any`. Errors: those of sys::connect_to().
Result<Fd> connect_to(const config::Address& address, config::Hosts hosts);

}  // namespace pintle::actions
