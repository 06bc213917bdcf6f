#include "fetch/redirect.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace pintle::fetch {
namespace {

/// The length of "https:" at the front of a URL; 0 if the URL has no scheme.
std::size_t scheme_size(std::string_view url) noexcept {
  const std::size_t end = url.find_first_of(":/?#");
  const bool is_there = end != std::string_view::npos && end > 0 && url[end] == ':';
  return is_there ? end + 1 : 0;
}

std::string absolute(const config::HttpUrl& from, std::string_view location) {
  const std::string_view scheme = from.is_secure ? "https:" : "http:";
  if (const std::size_t size = scheme_size(location); size > 0) {
    std::string lower(location.substr(0, size));
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lower + std::string(location.substr(size));
  }
  if (location.starts_with("//")) return fmt::format("{}{}", scheme, location);
  const std::string path = from.target.substr(0, from.target.find('?'));
  const std::string base = fmt::format("{}//{}", scheme, from.host_header);
  if (location.starts_with('/')) return fmt::format("{}{}", base, location);
  if (location.starts_with('?')) return fmt::format("{}{}{}", base, path, location);
  return fmt::format("{}{}{}", base, path.substr(0, path.rfind('/') + 1), location);
}

/// `location` with the bytes percent-encoded that a URL must not contain but that servers send; a
/// blank in a query becomes a "+". curl does the same.
std::string encoded(std::string_view location) {
  std::string out;
  bool is_query = false;
  for (const char c : location) {
    is_query = is_query || c == '?';
    if (c == ' ' && is_query) {
      out += '+';
    } else if (const auto byte = static_cast<unsigned char>(c); byte <= ' ' || byte >= 0x7f) {
      out += fmt::format("%{:02X}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

bool is_harmless(std::string_view name) noexcept {
  constexpr std::string_view kHarmless[] = {"Accept", "Accept-Language", "User-Agent"};
  return std::any_of(std::begin(kHarmless), std::end(kHarmless),
                     [&](std::string_view one) { return equal_without_case(one, name); });
}

}  // namespace

bool is_redirection(int status) noexcept {
  constexpr int kStatuses[] = {301, 302, 303, 307, 308};
  return std::find(std::begin(kStatuses), std::end(kStatuses), status) != std::end(kStatuses);
}

Result<config::HttpUrl> redirected(const config::HttpUrl& from, std::string_view location) {
  const std::string_view place = location.substr(0, location.find('#'));
  if (place.empty()) {
    return Error{"follow the redirection of", 0, shown(from), "its Location is empty"};
  }
  auto to = config::parse_web_url(absolute(from, encoded(place)));
  if (!to) return Error{"follow the redirection of", 0, shown(from), config::wrong_with(to)};
  if (from.is_secure && !to->is_secure) {
    return Error{"follow the redirection of", 0, shown(from),
                 fmt::format("it would leave https for {}", shown(*to))};
  }
  return to;
}

Headers headers_for(const config::HttpUrl& to, const config::HttpUrl& from,
                    const Headers& headers) {
  const bool is_same = to.is_secure == from.is_secure && to.address.port == from.address.port &&
                       equal_without_case(to.address.host, from.address.host);
  Headers kept = headers;
  if (!is_same) std::erase_if(kept, [](const Header& one) { return !is_harmless(one.first); });
  return kept;
}

}  // namespace pintle::fetch
