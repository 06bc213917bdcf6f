#include "base/shown.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace pintle {
namespace {

/// The length of "https://" at the front, RFC 3986 section 3.1; 0 if there is none.
std::size_t scheme_size(std::string_view text) noexcept {
  constexpr std::string_view kEnd = "://";
  constexpr std::string_view kOfScheme =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
  const std::size_t end = text.find_first_not_of(kOfScheme);
  const bool is_one = end != std::string_view::npos && text.substr(end).starts_with(kEnd);
  return is_one ? end + kEnd.size() : 0;
}

void remove_user_info(std::string& text) {
  const std::size_t at = text.rfind('@');
  const std::size_t begin = scheme_size(text);
  if (at != std::string::npos && at >= begin) text.erase(begin, at + 1 - begin);
}

/// From the first "?" on, in a URL or where "NAME=" follows: `*/15 * ? * *` stays.
void remove_query(std::string& text) {
  const std::size_t query = text.find('?');
  if (query == std::string::npos) return;
  const bool is_one = scheme_size(text) > 0 || text.find('=', query) != std::string::npos;
  if (is_one) text.erase(query);
}

void mask_named(std::string& text) {
  constexpr std::string_view kBetween = " \t\r\n;,&";
  for (std::size_t equals = text.find('='); equals != std::string::npos;
       equals = text.find('=', equals + 1)) {
    const std::size_t before = text.find_last_of(kBetween, equals);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    if (!is_secret_name(std::string_view(text).substr(begin, equals - begin))) continue;
    const std::size_t end = std::min(text.find_first_of(kBetween, equals), text.size());
    text.replace(equals + 1, end - equals - 1, "***");
  }
}

}  // namespace

bool is_secret_name(std::string_view name) noexcept {
  constexpr std::string_view kParts[] = {"TOKEN", "PASS", "SECRET", "KEY", "CREDENTIAL"};
  const auto is_in = [&](std::string_view part) {
    for (std::size_t at = 0; at + part.size() <= name.size(); ++at) {
      if (equal_without_case(name.substr(at, part.size()), part)) return true;
    }
    return false;
  };
  return std::any_of(std::begin(kParts), std::end(kParts), is_in);
}

std::string shown_value(std::string_view value) {
  std::string text(value);
  remove_user_info(text);
  remove_query(text);
  mask_named(text);
  return one_line(text, text.size());
}

}  // namespace pintle
