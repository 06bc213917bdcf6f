#include "actions/path_params.hpp"

#include <algorithm>
#include <vector>

namespace pintle::actions {
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

/// The names on the way, after every ".." has taken the one before it away.
std::vector<std::string_view> names_on(std::string_view path) {
  std::vector<std::string_view> names;
  while (!path.empty()) {
    const std::string_view component = take_component(path);
    if (is_name(component)) names.push_back(component);
    if (component == ".." && !names.empty()) names.pop_back();
  }
  return names;
}

}  // namespace

std::string beside(const std::string& path, const std::string& name) {
  return path.substr(0, path.rfind('/') + 1) + name;  // of npos too
}

std::string check_tree_path(const std::string& path) {
  if (!path.starts_with('/')) return {};
  const std::vector<std::string_view> names = names_on(path);
  if (names.empty()) return "it is the root directory; name a directory below it";
  const bool is_kernels = names[0] == "proc" || names[0] == "sys" || names[0] == "dev";
  const bool is_memory = names.size() > 1 && names[0] == "dev" && names[1] == "shm";
  if (!is_kernels || is_memory) return {};
  return "it is in /proc, /sys or /dev, which belong to the kernel";
}

}  // namespace pintle::actions
