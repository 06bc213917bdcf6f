#include "hooks/env_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace pintle::hooks {
namespace {

bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

/// Kubernetes takes more than a C identifier: printable ASCII. What has a blank or a quote is more
/// likely a mistake.
bool is_name(std::string_view name) noexcept {
  const auto is_part = [](char c) { return c > ' ' && c < 0x7f && c != '\'' && c != '"'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_part);
}

std::string_view without_quotes(std::string_view value) noexcept {
  const bool has_quotes = value.size() > 1 && value.front() == '\'' && value.back() == '\'';
  return has_quotes ? value.substr(1, value.size() - 2) : value;
}

/// The values may be secrets, so a message names the line only.
Error wrong(std::size_t line, const char* why) {
  return Error{"write the variables", 0, fmt::format("line {} of the output", line), why};
}

}  // namespace

Result<std::string> env_file(std::string_view text) {
  std::string file;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::string_view entry = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(entry.size() + 1, text.size()));
    if (entry.empty() || entry.front() == '#') continue;
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos || !is_name(entry.substr(0, equals))) {
      return wrong(line, "not NAME=VALUE");
    }
    const std::string_view value = without_quotes(entry.substr(equals + 1));
    if (value.find('\'') != std::string_view::npos) {
      return wrong(line,
                   "the value has a single quote, which an env file of Kubernetes cannot hold");
    }
    if (std::any_of(value.begin(), value.end(), is_control)) {
      return wrong(line, "the value has a control character");
    }
    file += fmt::format("{}='{}'\n", entry.substr(0, equals), value);
  }
  return file;
}

}  // namespace pintle::hooks
