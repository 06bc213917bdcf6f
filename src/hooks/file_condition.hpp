// hooks/file_condition.hpp - what conditions ask of files. Runs in a child, since a file system may
// be slow.
#pragma once

#include <optional>
#include <string>

#include "config/model.hpp"

namespace pintle::hooks {

/// Whether `leaf` holds, whose path is `path` once it is expanded; nullopt if it is about no file.
std::optional<bool> look_at_files(const config::Condition& leaf, const std::string& path);

}  // namespace pintle::hooks
