// hooks/path_params.hpp - which paths an action can use, known before anything runs.
#pragma once

#include <string>
#include <string_view>

#include "config/action.hpp"
#include "config/path.hpp"

namespace pintle::hooks {

using config::check_entry_path;

inline std::string_view entry_path_pattern() {
  return config::kEntryPathPattern;
}

/// The path of `name` in the directory that `path` is in.
std::string beside(const std::string& path, const std::string& name);

/// What is wrong with a directory that is gone through, "" if nothing: it is not the root, nor in
/// /proc, /sys or /dev, but for /dev/shm, as far as the text tells; sys::refuse_vital() tells the
/// rest.
std::string check_tree_path(const std::string& path);

/// The path of a directory that is not the root, as a regular expression.
inline std::string_view tree_path_pattern() {
  return R"(^[^/]|/([^/.]|\.[^/.]|\.\.[^/]))";
}

/// check_tree_path() of the parameter "path" if "recursive" is set, and no variable is in it.
std::string check_recursive_path(const config::Params& params);

}  // namespace pintle::hooks
