// config/path.hpp - what is wrong with a path as it is written, or as variables made it. Pure.
#pragma once

#include <string>
#include <string_view>

#include "config/form.hpp"

namespace pintle::config {

/// True if fnmatch(3) takes `text` for more than the name itself.
constexpr bool is_pattern(std::string_view text) noexcept {
  return text.find_first_of("*?[") != std::string_view::npos;
}
inline constexpr std::string_view kOnlyLastIsPattern = "only its last component may be a pattern";

// Each says what is wrong, "" if nothing.

/// Of any path, but an empty one, which is somebody else's business.
std::string check_path(const std::string& path);

/// Of the path of one thing in a directory: its last component has to name it.
std::string check_entry_path(const std::string& path);

/// Of a program, which may be searched in PATH.
std::string check_program_path(const std::string& path);

/// Of a path whose last component, and only that, may be a pattern, fnmatch(3).
std::string check_files_path(const std::string& path);

/// What is not blank, as a regular expression.
inline constexpr std::string_view kNoBlankPattern = R"([^ \t-\r])";

/// What check_entry_path() takes, as a regular expression.
inline constexpr std::string_view kEntryPathPattern =
    R"((^|/)([^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+)$)";

/// What check_files_path() takes, as a regular expression.
inline constexpr std::string_view kFilesPathPattern =
    R"(^([^*?\[]*/)?([^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+)$)";

/// Any path, a program, and the path of one thing in a directory.
inline constexpr TextKind kPath{.is_path = true};
inline constexpr TextKind kProgramPath{.check = check_program_path, .is_path = true};
inline constexpr TextKind kEntryPath{
    .check = check_entry_path, .pattern = [] { return kEntryPathPattern; }, .is_path = true};

/// Files of a directory whose names match a pattern.
inline constexpr TextKind kFilesPath{.check = check_files_path,
                                     .pattern = [] { return kFilesPathPattern; },
                                     .is_path = true,
                                     .takes_pattern = true};

/// Of a text of that kind.
std::string check_text(const TextKind& kind, const std::string& text);

/// For a message about a text that variables made wrong; `shown` is what it stands for.
std::string made_wrong(std::string_view text, std::string_view shown, std::string_view why);

}  // namespace pintle::config
