// hooks/next_file.hpp - the files of a hook that runs once for each of them. Reads a directory, so
// only a child calls it.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "config/model.hpp"

namespace pintle::hooks {

/// The name of the first file that is wanted and stands behind `last` in the order of bytes;
/// nullopt if there is none, or the directory is not there. The patterns are expanded paths in one
/// directory, whose last component may be a pattern (fnmatch(3), FNM_PERIOD). Errors: those of
/// opendir(3) and readdir(3).
Result<std::optional<std::string>> next_file(const config::ForEach& wanted,
                                             const std::string& last);

/// FILE, FILE_NAME and FILE_STEM (without the last extension) of that file.
config::Variables file_variables(const config::ForEach& wanted, const std::string& name);

}  // namespace pintle::hooks
