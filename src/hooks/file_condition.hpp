// hooks/file_condition.hpp - checks conditions about files. Runs in a child, since a file system
// may be slow.
#pragma once

#include <optional>
#include <string>

#include "config/model.hpp"

namespace pintle::hooks {

/// Whether `leaf` holds; `path` is its expanded path. nullopt if the leaf is not about a file.
std::optional<bool> look_at_files(const config::Condition& leaf, const std::string& path);

}  // namespace pintle::hooks
