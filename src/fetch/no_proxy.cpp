#include "fetch/no_proxy.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "base/text.hpp"

namespace pintle::fetch {
namespace {

/// An address in network byte order, of 32 or 128 bits; 0 bits if the text is not an address.
struct Literal {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  unsigned bits = 0;
};

Literal literal_in(std::string_view text) {
  Literal literal;
  const std::string whole(text);
  if (::inet_pton(AF_INET, whole.c_str(), literal.bytes.data()) == 1) literal.bits = 32;
  if (::inet_pton(AF_INET6, whole.c_str(), literal.bytes.data()) == 1) literal.bits = 128;
  return literal;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) noexcept {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole ? std::optional<Number>(number) : std::nullopt;
}

bool have_same_beginning(const Literal& one, const Literal& other, unsigned bits) noexcept {
  const auto whole = static_cast<std::ptrdiff_t>(bits / 8);
  if (!std::equal(one.bytes.begin(), one.bytes.begin() + whole, other.bytes.begin())) return false;
  const unsigned left = bits % 8;
  if (left == 0) return true;
  const auto at = static_cast<std::size_t>(whole);
  return ((unsigned{one.bytes[at]} ^ unsigned{other.bytes[at]}) >> (8 - left)) == 0;
}

/// `entry` is an address, or a network as in "10.0.0.0/8".
bool is_within(const Literal& literal, std::string_view entry) {
  const std::size_t slash = entry.find('/');
  const Literal network = literal_in(entry.substr(0, slash));
  if (network.bits != literal.bits) return false;
  if (slash == std::string_view::npos) return have_same_beginning(literal, network, network.bits);
  const auto bits = number_in<unsigned>(entry.substr(slash + 1));
  return bits && *bits <= network.bits && have_same_beginning(literal, network, *bits);
}

std::string_view without_last_dot(std::string_view name) noexcept {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

/// `domain` itself, or a name that ends in it after a dot.
bool is_below(std::string_view host, std::string_view domain) noexcept {
  if (domain.starts_with('.')) domain.remove_prefix(1);
  domain = without_last_dot(domain);
  host = without_last_dot(host);
  if (domain.empty() || host.size() < domain.size()) return false;
  const std::size_t rest = host.size() - domain.size();
  return equal_without_case(host.substr(rest), domain) && (rest == 0 || host[rest - 1] == '.');
}

/// The position of the ":" before a port. An IPv6 address, which contains colons, has a port only
/// if it is in brackets.
std::size_t port_begin(std::string_view entry) noexcept {
  const std::size_t colon = entry.rfind(':');
  if (colon == std::string_view::npos) return colon;
  const bool is_alone = entry.find(':') == colon;
  return is_alone || (colon > 0 && entry[colon - 1] == ']') ? colon : std::string_view::npos;
}

bool applies(std::string_view entry, const config::Address& address) {
  if (entry == "*") return true;
  if (const std::size_t colon = port_begin(entry); colon != std::string_view::npos) {
    if (number_in<std::uint16_t>(entry.substr(colon + 1)) != address.port) return false;
    entry = entry.substr(0, colon);
  }
  if (entry.starts_with('[') && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
  const Literal literal = literal_in(address.host);
  return literal.bits > 0 ? is_within(literal, entry) : is_below(address.host, entry);
}

}  // namespace

bool is_exempt(const config::Address& address, std::string_view no_proxy) {
  constexpr std::string_view kBetween = ", \t";
  while (!no_proxy.empty()) {
    const std::size_t end = std::min(no_proxy.find_first_of(kBetween), no_proxy.size());
    if (applies(no_proxy.substr(0, end), address)) return true;
    no_proxy.remove_prefix(std::min(end + 1, no_proxy.size()));
  }
  return false;
}

}  // namespace pintle::fetch
