// hooks/next_file.hpp - the files of a hook that runs once for each of them. Reads a directory, so
// only a child calls it.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "config/model.hpp"

namespace pintle::hooks {

/// The name of the first file that matches `pattern`, a path whose last component may be a pattern
/// (fnmatch(3), FNM_PERIOD), and stands behind `last` in the order of bytes; nullopt if there is
/// none, or the directory is not there. A directory is no file. Errors: those of opendir(3) and
/// readdir(3).
Result<std::optional<std::string>> next_file(const std::string& pattern, const std::string& last);

/// FILE, FILE_NAME and FILE_STEM (without the last extension) of that file.
config::Variables file_variables(const std::string& pattern, const std::string& name);

}  // namespace pintle::hooks
