#include "config/environ.hpp"

#include <fmt/format.h>

namespace pintle::config {
namespace {

bool is_of(std::string_view entry, std::string_view name) noexcept {
  return entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name);
}

}  // namespace

std::optional<std::string> get(const Environ& environ, std::string_view name) {
  for (const std::string& entry : environ) {
    if (is_of(entry, name)) return entry.substr(name.size() + 1);
  }
  return std::nullopt;
}

void set(Environ& environ, std::string_view name, std::string_view value) {
  unset(environ, name);
  environ.push_back(fmt::format("{}={}", name, value));
}

void unset(Environ& environ, std::string_view name) {
  std::erase_if(environ, [&](const std::string& entry) { return is_of(entry, name); });
}

}  // namespace pintle::config
