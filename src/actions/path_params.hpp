// actions/path_params.hpp - which paths an action can use, known before anything runs.
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

/// What is wrong with a directory that is gone through, "" if nothing: it is not the root, nor in
/// /proc, /sys or /dev, but for /dev/shm, as far as the text tells; sys::refuse_vital() tells the
/// rest.
std::string check_tree_path(const std::string& path);

/// The path of a directory that is not the root, as a regular expression.
inline constexpr std::string_view kTreePathPattern = R"(^[^/]|/([^/.]|\.[^/.]|\.\.[^/]))";
inline constexpr config::TextKind kTreePath{
    .check = check_tree_path, .pattern = [] { return kTreePathPattern; }, .is_path = true};

/// Of parameters with such a path that may be recursive: what is wrong with it, "" if nothing, or
/// while something is left to expand in it.
template <class T>
std::string check_recursive_path(const T& params) {
  const bool is_tree = params.recursive && config::is_final(params.path);
  return is_tree ? check_tree_path(params.path) : std::string();
}

}  // namespace pintle::actions
