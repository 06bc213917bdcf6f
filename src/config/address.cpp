#include "config/address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>

#include "base/shown.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";
constexpr std::string_view kUnix = "http://unix:";
constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

Error bad(std::string_view text, std::string_view why) {
  return {"use the address", 0, std::string(text), std::string(why)};
}

bool is_loopback(const std::string& host) noexcept {
  in_addr four{};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24U == 127;
  in6_addr six{};
  if (::inet_pton(AF_INET6, host.c_str(), &six) != 1) return host == "localhost";
  return IN6_IS_ADDR_LOOPBACK(&six);
}

bool parse_port(std::string_view text, std::uint16_t& port) noexcept {
  if (text.empty() || text.front() < '0' || text.front() > '9') return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0;
}

/// Splits "host:port" or "[v6]:port"; `port` is empty when there is none.
bool split(std::string_view text, std::string_view& host, std::string_view& port) noexcept {
  port = {};
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    host = text.substr(1, end - 1);
    if (host.find(':') == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
    if (text.empty()) return true;
    if (text.front() != ':') return false;
    port = text.substr(1);
    return !port.empty();
  }
  const std::size_t colon = text.find(':');
  host = text.substr(0, colon);
  if (colon == std::string_view::npos) return true;
  port = text.substr(colon + 1);
  return !port.empty() && port.find(':') == std::string_view::npos;
}

/// A literal, or a name of letters, digits, "-", "_" and "." (RFC 1123 section 2.1, and what
/// container networks allow beyond it).
bool is_host(const std::string& host) noexcept {
  in6_addr six{};
  if (::inet_pton(AF_INET6, host.c_str(), &six) == 1) return true;
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !host.empty() && host.size() <= 253 &&
         host.find_first_not_of(kAllowed) == std::string::npos;
}

Result<Address> address_in(std::string_view text, std::string_view whole, std::uint16_t standard,
                           Hosts hosts) {
  std::string_view host;
  std::string_view port;
  if (text.find("://") != text.npos) return bad(whole, "it is a URL; write only host:port");
  if (text.find('@') != text.npos) {
    return bad(whole, "there is user-info before the host; write only host:port");
  }
  if (text.find(',') != text.npos) {
    return bad(whole, "that is a list; name one host, and use a step for each");
  }
  if (!split(text, host, port)) return bad(whole, "write host:port, an IPv6 address in brackets");
  Address address{std::string(host), standard};
  if (port.empty() && standard == 0) return bad(whole, "the port is missing; write host:port");
  if (!port.empty() && !parse_port(port, address.port)) {
    return bad(whole, "the port is a number from 1 to 65535");
  }
  if (hosts == Hosts::any && is_host(address.host)) return address;
  if (hosts == Hosts::any) return bad(whole, "it is not a host name");
  if (is_loopback(address.host)) return address;
  return bad(whole,
             "a probe is for its own container: use 127.0.0.1, [::1] or localhost, or allow "
             "other hosts (\"allowRemote\")");
}

/// Ports that a URL without one means: IANA's, or what the service's own clients take.
struct Scheme {
  std::string_view name;
  std::uint16_t port;
};
constexpr Scheme kSchemes[] = {
    {"http", 80},         {"https", 443},       {"ws", 80},          {"wss", 443},
    {"postgres", 5432},   {"postgresql", 5432}, {"pgsql", 5432},     {"mysql", 3306},
    {"mysql2", 3306},     {"mariadb", 3306},    {"sqlserver", 1433}, {"mssql", 1433},
    {"mongodb", 27017},   {"redis", 6379},      {"rediss", 6379},    {"valkey", 6379},
    {"memcached", 11211}, {"amqp", 5672},       {"amqps", 5671},     {"nats", 4222},
    {"mqtt", 1883},       {"mqtts", 8883},      {"ldap", 389},       {"ldaps", 636},
    {"smtp", 25},         {"smtps", 465},
};
constexpr std::string_view kJdbc = "jdbc:";
constexpr std::string_view kSrv = "mongodb+srv";

/// The default port of "postgresql", or of "postgresql+psycopg2", whose "+" names a driver; 0:
/// none.
std::uint16_t default_port(std::string_view scheme) noexcept {
  scheme = scheme.substr(0, scheme.find('+'));
  const auto* found = std::find_if(std::begin(kSchemes), std::end(kSchemes),
                                   [&](const Scheme& one) { return one.name == scheme; });
  return found == std::end(kSchemes) ? std::uint16_t{0} : found->port;
}

bool is_scheme(std::string_view text) noexcept {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::string_view kOthers = "0123456789+.-";
  if (text.empty() || kLetters.find(text.front()) == std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return kLetters.find(c) != std::string_view::npos || kOthers.find(c) != std::string_view::npos;
  });
}

bool is_visible(char c) noexcept {
  return c > 0x20 && c < 0x7f;
}

constexpr std::string_view kPortPattern =
    ":0*(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
constexpr std::string_view kHostPattern =
    R"((?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f.]*:[0-9A-Fa-f:.]+\]))";

constexpr std::string_view kUnixPattern = R"(|http://unix:/[!-"$-9;-~]+(?::[/?][!"$-~]*)?)";

/// `more` is what may stand instead, alternatives with a "|" before each.
std::string url_or(std::string_view more) {
  return fmt::format(R"(^(?:https?://{}(?:{})?(?:[/?][!"$-~]*)?{})$)", kHostPattern, kPortPattern,
                     more);
}

/// "/run/app.sock:/path", which is how nginx writes it in proxy_pass.
Result<HttpUrl> socket_url_in(std::string_view rest, std::string_view whole) {
  if (!std::all_of(rest.begin(), rest.end(), is_visible) || rest.find('#') != rest.npos) {
    return bad(whole, "spaces, \"#\" and bytes outside ASCII must be percent-encoded");
  }
  const std::size_t colon = std::min(rest.find(':'), rest.size());
  std::string target(rest.substr(std::min(colon + 1, rest.size())));
  const bool has_target = target.starts_with('/') || target.starts_with('?');
  if (colon < 2 || rest.front() != '/' || (colon < rest.size() && !has_target)) {
    return bad(whole, "write http://unix:/PATH/OF/SOCKET:/PATH");
  }
  if (!target.starts_with('/')) target.insert(0, "/");
  return HttpUrl{{}, "localhost", std::move(target), false, std::string(rest.substr(0, colon))};
}

/// What follows the scheme in the URL `whole`, which is for messages.
Result<HttpUrl> url_in(std::string_view rest, std::string_view whole, std::uint16_t port,
                       Hosts hosts) {
  if (!std::all_of(rest.begin(), rest.end(), is_visible)) {
    return bad(whole, "spaces and bytes outside ASCII must be percent-encoded");
  }
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  const std::string_view authority = rest.substr(0, end);
  std::string target(rest.substr(end));
  if (authority.find('@') != std::string_view::npos) {
    return bad(whole,
               "it has user-info; write \"username\" and \"password\" where there are such keys");
  }
  if (target.find('#') != std::string::npos) return bad(whole, "it has a fragment (#)");
  if (!target.starts_with('/')) target.insert(0, "/");
  return HttpUrl{TRY(address_in(authority, whole, port, hosts)), std::string(authority),
                 std::move(target)};
}

/// Of a URL that begins with one of the two schemes.
Result<HttpUrl> web_url_in(std::string_view text, Hosts hosts) {
  const bool is_secure = text.starts_with(kHttps);
  const std::string_view rest = text.substr(is_secure ? kHttps.size() : kHttp.size());
  HttpUrl url = TRY(url_in(rest, text, is_secure ? kHttpsPort : kHttpPort, hosts));
  url.is_secure = is_secure;
  return url;
}

}  // namespace

std::string authority_of(const Address& address) {
  const bool has_colons = address.host.find(':') != std::string::npos;
  return has_colons ? fmt::format("[{}]:{}", address.host, address.port)
                    : fmt::format("{}:{}", address.host, address.port);
}

Result<Address> parse_address(std::string_view text, Hosts hosts) {
  return address_in(text, text, 0, hosts);
}

Result<Address> parse_service_address(std::string_view text) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos) return parse_address(text, Hosts::any);
  std::string_view scheme = text.substr(0, end);
  if (scheme.starts_with(kJdbc)) scheme.remove_prefix(kJdbc.size());
  if (!is_scheme(scheme)) return bad(text, "write host:port, or a URL with a host");
  if (scheme == kSrv) {
    return bad(text,
               "its hosts are in an SRV record, which pintle does not query; write host:port");
  }
  std::string_view authority = text.substr(end + 3);
  const std::size_t size = std::min(authority.find_first_of("/?#;"), authority.size());
  // A part of such a password would be taken for the host, and shown.
  if (authority.substr(size).find('@') != std::string_view::npos) {
    return bad(text,
               "there is an \"@\" after the host; percent-encode \"@\" there, and \"/\", \"?\", "
               "\"#\" and \";\" in a password");
  }
  authority = authority.substr(0, size);
  authority.remove_prefix(authority.rfind('@') + 1);  // npos + 1 is 0
  if (authority.empty()) return bad(text, "there is no host in it");
  return address_in(authority, text, default_port(scheme), Hosts::any);
}

Result<HttpUrl> parse_http_url(std::string_view text, Hosts hosts) {
  if (text.starts_with(kUnix)) return socket_url_in(text.substr(kUnix.size()), text);
  if (!text.starts_with(kHttp) && !text.starts_with(kHttps)) {
    return bad(text, "write http://HOST:PORT/PATH or https://HOST:PORT/PATH");
  }
  return web_url_in(text, hosts);
}

Result<HttpUrl> parse_web_url(std::string_view text) {
  const bool has_scheme = text.starts_with(kHttp) || text.starts_with(kHttps);
  if (!has_scheme) return bad(text, "write https://HOST/PATH");
  return web_url_in(text, Hosts::any);
}

Result<Address> parse_listen_address(std::string_view text) {
  Address address = TRY(parse_address(text, Hosts::any));
  in_addr four{};
  in6_addr six{};
  if (::inet_pton(AF_INET, address.host.c_str(), &four) == 1) return address;
  if (::inet_pton(AF_INET6, address.host.c_str(), &six) == 1) return address;
  return bad(text, "write an address to listen on, not a name: 0.0.0.0:9080 or [::]:9080");
}

std::string wrong_with(const Error& error) {
  return fmt::format("\"{}\": {}", shown_value(error.subject), error.detail);
}

std::string_view address_pattern() {
  static const std::string pattern = fmt::format("^{}{}$", kHostPattern, kPortPattern);
  return pattern;
}

std::string_view service_address_pattern() {
  constexpr std::string_view kUserInfo = "(?:[^/?#;]*@)?";
  constexpr std::string_view kRest = "(?:[/?#;][^@]*)?";
  static const std::string pattern = [&] {
    std::string names;
    for (const Scheme& one : kSchemes)
      names += fmt::format("{}{}", names.empty() ? "" : "|", one.name);
    const std::string known = fmt::format(R"((?:{})(?:\+[A-Za-z0-9+.-]*)?://{}{}(?:{})?)", names,
                                          kUserInfo, kHostPattern, kPortPattern);
    const std::string other =
        fmt::format("[A-Za-z][A-Za-z0-9+.-]*://{}{}{}", kUserInfo, kHostPattern, kPortPattern);
    return fmt::format(R"(^(?:{}{}|(?!(?:jdbc:)?mongodb\+srv:)(?:jdbc:)?(?:{}|{}){})$)",
                       kHostPattern, kPortPattern, known, other, kRest);
  }();
  return pattern;
}

std::string_view url_pattern() {
  static const std::string pattern = url_or(kUnixPattern);
  return pattern;
}

std::string_view web_url_pattern() {
  static const std::string pattern = url_or("");
  return pattern;
}

}  // namespace pintle::config
