// config/path.hpp - checks paths, as they are written or after their variables are expanded. Pure.
#pragma once

#include <string>
#include <string_view>

#include "config/form.hpp"

namespace pintle::config {

/// True if `text` has characters that make it a pattern for fnmatch(3).
constexpr bool is_pattern(std::string_view text) noexcept {
  return text.find_first_of("*?[") != std::string_view::npos;
}
inline constexpr std::string_view kOnlyLastIsPattern = "only its last component may be a pattern";

// Each returns what is wrong, "" if nothing.

/// For any path. An empty path is not an error here: other checks report it.
std::string check_path(const std::string& path);

/// For the path of one entry of a directory: its last component must be a name.
std::string check_entry_path(const std::string& path);

/// For a program, which may also be a name that is searched in PATH.
std::string check_program_path(const std::string& path);

/// For a path whose last component, and no other, may be a pattern, fnmatch(3).
std::string check_files_path(const std::string& path);

/// A regular expression for a string that is not blank.
inline constexpr std::string_view kNoBlankPattern = R"([^ \t-\r])";

/// A regular expression for what check_entry_path() accepts.
inline constexpr std::string_view kEntryPathPattern =
    R"((^|/)([^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+)$)";

/// A regular expression for what check_files_path() accepts.
inline constexpr std::string_view kFilesPathPattern =
    R"(^([^*?\[]*/)?([^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+)$)";

/// Any path, a program, and the path of one entry of a directory.
inline constexpr TextKind kPath{.is_path = true};
inline constexpr TextKind kProgramPath{.check = check_program_path, .is_path = true};
inline constexpr TextKind kEntryPath{
    .check = check_entry_path, .pattern = [] { return kEntryPathPattern; }, .is_path = true};

/// Files of a directory whose names match a pattern.
inline constexpr TextKind kFilesPath{.check = check_files_path,
                                     .pattern = [] { return kFilesPathPattern; },
                                     .is_path = true,
                                     .takes_pattern = true};

/// Returns what is wrong with `text` as a string of that kind, "" if nothing.
std::string check_text(const TextKind& kind, const std::string& text);

/// The message about a string that its variables made wrong; `shown` is its value.
std::string made_wrong(std::string_view text, std::string_view shown, std::string_view why);

}  // namespace pintle::config
