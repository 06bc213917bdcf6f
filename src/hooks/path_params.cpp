#include "hooks/path_params.hpp"

#include <algorithm>

namespace pintle::hooks {
namespace {

bool is_name(std::string_view component) noexcept {
  return !component.empty() && component != "." && component != "..";
}

/// The first component, which is cut off with the slash behind it.
std::string_view take_component(std::string_view& path) noexcept {
  const std::string_view component = path.substr(0, path.find('/'));
  path.remove_prefix(std::min(component.size() + 1, path.size()));
  return component;
}

}  // namespace

std::string check_entry_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const bool has_name = is_name(slash == std::string::npos ? path : path.substr(slash + 1));
  return has_name ? std::string() : "it names no file; write the name behind the last \"/\"";
}

std::string beside(const std::string& path, const std::string& name) {
  return path.substr(0, path.rfind('/') + 1) + name;  // of npos too
}

std::string check_emptied_path(const std::string& path) {
  if (!path.starts_with('/')) return {};
  for (std::string_view rest = path; !rest.empty();) {
    if (is_name(take_component(rest))) return {};
  }
  return "that is everything";
}

}  // namespace pintle::hooks
