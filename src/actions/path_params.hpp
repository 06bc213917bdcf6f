// actions/path_params.hpp - checks the paths of actions before anything runs.
#pragma once

#include <string>
#include <string_view>

#include "config/expansion.hpp"
#include "config/path.hpp"

namespace pintle::actions {

using config::check_entry_path;
using config::is_pattern;
using config::kEntryPath;
using config::kOnlyLastIsPattern;
using config::kPath;

/// The path of `name` in the directory that `path` is in.
std::string beside(const std::string& path, const std::string& name);

/// What is wrong with a directory whose whole tree is changed, "" if nothing: it must not be the
/// root, nor in /proc, /sys or /dev, except /dev/shm. Only the text is checked here;
/// sys::refuse_vital() checks the rest.
std::string check_tree_path(const std::string& path);

/// A regular expression for the path of a directory that is not the root.
inline constexpr std::string_view kTreePathPattern = R"(^[^/]|/([^/.]|\.[^/.]|\.\.[^/]))";
inline constexpr config::TextKind kTreePath{
    .check = check_tree_path, .pattern = [] { return kTreePathPattern; }, .is_path = true};

/// For parameters with such a path that may be recursive: what is wrong with it; "" if nothing, or
/// if it has variables to expand.
template <class T>
std::string check_recursive_path(const T& params) {
  const bool is_tree = params.recursive && config::is_final(params.path);
  return is_tree ? check_tree_path(params.path) : std::string();
}

}  // namespace pintle::actions
