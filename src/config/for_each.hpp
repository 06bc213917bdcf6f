// config/for_each.hpp - the files of a hook that runs once for each of them.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace pintle::config {

struct ForEach {
  std::vector<std::string> files{};  ///< patterns in one directory
  bool only_executable = false;
  bool directories = false;  ///< directories instead of files

  bool empty() const noexcept { return files.empty(); }
};

/// The directory of such a pattern, with the slash at its end; "": the working directory.
constexpr std::string_view folder_of(std::string_view pattern) noexcept {
  return pattern.substr(0, pattern.rfind('/') + 1);  // of npos too
}

/// The names of the variables that are different for each run of such a hook.
inline constexpr std::string_view kFileVariables[] = {"FILE", "FILE_NAME", "FILE_STEM"};

/// True if `name` is one of them.
inline bool is_file_variable(std::string_view name) noexcept {
  return std::find(std::begin(kFileVariables), std::end(kFileVariables), name) !=
         std::end(kFileVariables);
}

}  // namespace pintle::config
