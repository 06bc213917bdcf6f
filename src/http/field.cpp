#include "http/field.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace pintle::http {
namespace {

bool is_among(std::span<const std::string_view> names, std::string_view name) noexcept {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view one) { return equal_without_case(one, name); });
}

}  // namespace

bool is_token(std::string_view name) noexcept {
  constexpr std::string_view kAllowed =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

bool is_value(std::string_view value) noexcept {
  return std::none_of(value.begin(), value.end(),
                      [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; });
}

std::string wrong_header(std::string_view name, std::string_view value,
                         std::span<const std::string_view> ours) {
  if (!is_token(name)) return "it is not a valid header name";
  if (is_among(kRequestFields, name) || is_among(ours, name)) return "pintle sets it itself";
  if (is_value(value)) return {};
  return "there is a line break or a control character in its value";
}

bool has_field(const Headers& headers, std::string_view name) noexcept {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& one) { return equal_without_case(one.first, name); });
}

std::string fields_text(const Headers& standard, const Headers& headers) {
  std::string text;
  for (const auto& [name, value] : standard) {
    if (!has_field(headers, name)) text += fmt::format("{}: {}\r\n", name, value);
  }
  for (const auto& [name, value] : headers) text += fmt::format("{}: {}\r\n", name, value);
  return text;
}

}  // namespace pintle::http
