// config/address.hpp - the addresses that probes and `wait` connect to: "host:port" and http URLs.
// A probe is for its own container, so its host must be a loopback address or "localhost", unless
// the config allows other hosts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pintle::config {

struct Address {
  std::string host;  ///< a literal without brackets, or a name
  std::uint16_t port = 0;
};

/// "HOST:PORT", an IPv6 address in brackets (RFC 3986 section 3.2). Pure.
std::string authority_of(const Address& address);

struct HttpUrl {
  Address address;
  std::string host_header;  ///< as it is in the URL
  std::string target;       ///< path and query, at least "/"
  bool is_secure = false;   ///< https
  std::string socket{};     ///< the path of a Unix socket, where `address` is empty
};

enum class Hosts : bool { loopback, any };

/// "127.0.0.1:80", "[::1]:80", "localhost:80". Errors: anything else; which part is wrong is the
/// `detail`, and the subject is the text. Pure.
Result<Address> parse_address(std::string_view text, Hosts hosts = Hosts::loopback);

/// "http[s]://HOST[:PORT][/PATH][?QUERY]", without user-info or fragment, or the Unix socket in
/// "http://unix:/run/app.sock:/PATH". Errors: as above.
Result<HttpUrl> parse_http_url(std::string_view text, Hosts hosts = Hosts::loopback);

/// "HOST:PORT", or the URL of a service, as DATABASE_URL often is:
/// "postgres://USER:PASSWORD@HOST/NAME". Only host and port of a URL count; well-known schemes have
/// a default port. Any host. Errors: as above.
Result<Address> parse_service_address(std::string_view text);

/// What parse_listen_address() takes, but for the numbers in an IPv4 address.
inline constexpr std::string_view kListenAddressPattern =
    "^(?:[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|\\[[0-9A-Fa-f.]*:[0-9A-Fa-f:.]+\\])"
    ":0*(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$";

/// The message of an error of these functions for a caller that shows where the text is: ""db": the
/// port is missing".
std::string wrong_with(const Error& error);

/// The same for a parser that has taken `text`: "" if nothing is wrong.
template <class T>
std::string wrong_with(const Result<T>& parsed) {
  return parsed ? std::string() : wrong_with(parsed.error());
}

// What these functions accept, as regular expressions for a schema; of IPv6 addresses only the
// characters.
std::string_view address_pattern();
std::string_view service_address_pattern();
std::string_view url_pattern();
std::string_view web_url_pattern();

/// "0.0.0.0:9080", "[::]:9080": where to listen. Errors: as above.
Result<Address> parse_listen_address(std::string_view text);

/// The same with any host, and no Unix socket. Errors: as above.
Result<HttpUrl> parse_web_url(std::string_view text);

}  // namespace pintle::config
