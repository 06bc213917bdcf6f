#include "config/rule.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pintle::config {
namespace {

/// "a", "b" and "c", with whatever stands before the last.
std::string quoted_key(std::span<const std::string_view> keys, std::string_view before_last) {
  std::string text;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i > 0) text += i + 1 < keys.size() ? ", " : before_last;
    text += fmt::format("\"{}\"", keys[i]);
  }
  return text;
}

}  // namespace

std::string broken(const Rule& rule, std::span<const std::string_view> keys) {
  const auto is_there = [&](std::string_view key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  const auto found = std::count_if(rule.keys.begin(), rule.keys.end(), is_there);
  switch (rule.type) {
    case Rule::Type::exactly_one:
      return found == 1 ? ""
                        : fmt::format("exactly one of {} is needed", quoted_key(rule.keys, ", "));
    case Rule::Type::at_least_one:
      return found > 0 ? "" : fmt::format("one of {} is needed", quoted_key(rule.keys, ", "));
    case Rule::Type::at_most_one:
      return found < 2 ? "" : fmt::format("{} exclude each other", quoted_key(rule.keys, " and "));
    case Rule::Type::needs:
      return found == 1 && is_there(rule.keys[0]) ? quoted_key(rule.keys, " without ") : "";
    case Rule::Type::lone_key:
      return keys.size() == 1 ? "" : "exactly one key is needed";
  }
  return {};
}

}  // namespace pintle::config
