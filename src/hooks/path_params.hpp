// hooks/path_params.hpp - which paths an action can use, known before anything runs.
#pragma once

#include <string>
#include <string_view>

namespace pintle::hooks {

/// What is wrong with the path of one thing in a directory, "" if nothing: its last component has
/// to name it.
std::string check_entry_path(const std::string& path);

/// The same as a regular expression.
inline std::string_view entry_path_pattern() {
  return R"((^|/)([^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+)$)";
}

/// The path of `name` in the directory that `path` is in.
std::string beside(const std::string& path, const std::string& name);

/// What is wrong with a directory that is emptied, "" if nothing: it is not the root.
std::string check_emptied_path(const std::string& path);

/// The same as a regular expression.
inline std::string_view emptied_path_pattern() {
  return R"(^[^/]|/([^/.]|\.[^/.]|\.\.[^/]))";
}

}  // namespace pintle::hooks
