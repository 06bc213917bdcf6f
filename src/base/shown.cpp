#include "base/shown.hpp"

#include <fmt/format.h>

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

/// True if the `@` after `before` is part of a path: "/app/@scope/x", "https://unpkg.com/react@18".
/// False if `before` has a `:`, since it may then contain a password.
bool is_in_path(std::string_view before, bool is_url) noexcept {
  if (before.find(':') != std::string_view::npos) return false;
  const std::size_t slash = before.find('/');
  if (is_url) return slash != std::string_view::npos && before.find('@') > slash;
  const bool is_network_path = before.starts_with("//");
  return !is_network_path &&
         (before.starts_with('/') || before.starts_with("./") || before.starts_with("../"));
}

void remove_user_info(std::string& text) {
  const std::size_t at = text.rfind('@');
  const std::size_t begin = scheme_size(text);
  if (at == std::string::npos || at < begin) return;
  if (is_in_path(std::string_view(text).substr(begin, at - begin), begin > 0)) return;
  text.erase(begin, at + 1 - begin);
}

/// Removes everything from the first "?" on if the text is a URL or a "=" follows: `*/15 * ? * *`
/// stays.
void remove_query(std::string& text) {
  const std::size_t query = text.find('?');
  if (query == std::string::npos) return;
  const bool is_one = scheme_size(text) > 0 || text.find('=', query) != std::string::npos;
  if (is_one) text.erase(query);
}

/// True for a secret's name: that of a variable, or that of a value in a connection string ("Pwd").
bool is_password_name(std::string_view name) noexcept {
  constexpr std::string_view kShort = "PWD";
  if (is_secret_name(name)) return true;
  return name.size() >= kShort.size() &&
         equal_without_case(name.substr(name.size() - kShort.size()), kShort);
}

/// Where the value at `begin` ends: after its closing quote or brace if it begins with one,
/// otherwise before the next separator. If the text has a ";", only ";" and line ends separate.
std::size_t value_end(std::string_view text, std::size_t begin) noexcept {
  constexpr std::string_view kOpen = "\"'{";
  constexpr std::string_view kClose = "\"'}";
  if (begin >= text.size()) return text.size();
  const std::size_t quote = kOpen.find(text[begin]);
  if (quote != std::string_view::npos) {
    const std::size_t end = text.find(kClose[quote], begin + 1);
    return end == std::string_view::npos ? text.size() : end + 1;
  }
  const bool has_semicolons = text.find(';') != std::string_view::npos;
  return std::min(text.find_first_of(has_semicolons ? ";\r\n" : " \t\r\n,&", begin), text.size());
}

void mask_named(std::string& text) {
  constexpr std::string_view kBlanks = " \t";
  constexpr std::string_view kBefore = " \t\r\n;,&";
  for (std::size_t equals = text.find('='); equals != std::string::npos;
       equals = text.find('=', equals + 1)) {
    const std::string_view before = std::string_view(text).substr(0, equals);
    const std::size_t name_end = before.find_last_not_of(kBlanks) + 1;  // npos + 1 is 0
    const std::size_t name = before.substr(0, name_end).find_last_of(kBefore) + 1;
    if (!is_password_name(before.substr(name, name_end - name))) continue;
    const std::size_t begin = std::min(text.find_first_not_of(kBlanks, equals + 1), text.size());
    text.replace(begin, value_end(text, begin) - begin, "***");
  }
}

}  // namespace

bool is_secret_name(std::string_view name) noexcept {
  // The value of such a variable is the path of the secret, not the secret.
  constexpr std::string_view kPath = "_FILE";
  if (name.size() > kPath.size() &&
      equal_without_case(name.substr(name.size() - kPath.size()), kPath)) {
    return false;
  }
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

std::string shown_beginning(std::string_view value) {
  // The end may be a password whose "@" was cut off.
  std::string text = shown_value(fmt::format("{}@", value));
  if (text.ends_with('@')) text.pop_back();
  return text + "...";
}

}  // namespace pintle
