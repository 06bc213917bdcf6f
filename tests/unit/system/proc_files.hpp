// The files of /proc that PID 1 reads of its children.
#pragma once

#include <optional>
#include <string_view>

namespace seam {

/// A descriptor of the file, with what it says now; -1 if it does not exist; nullopt of a path that
/// is not simulated.
std::optional<int> open_proc_file(std::string_view path);

/// Of a folder that is listed: one whose entries are the same in number and kind.
const char* real_folder_for(const char* path) noexcept;

}  // namespace seam
