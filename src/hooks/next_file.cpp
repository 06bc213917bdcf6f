#include "hooks/next_file.hpp"

#include <dirent.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <string_view>

namespace pintle::hooks {
namespace {

struct Parts {
  std::string folder;  ///< with the slash at its end; "": the working directory
  std::string name;
};

Parts parts_of(const std::string& pattern) {
  const std::size_t begin = pattern.rfind('/') + 1;  // of npos too
  return {pattern.substr(0, begin), pattern.substr(begin)};
}

/// A link counts as what it leads to, one that leads nowhere as a file: its use then says why.
bool is_directory(const std::string& path) noexcept {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::string_view stem_of(std::string_view name) noexcept {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? name : name.substr(0, dot);
}

}  // namespace

Result<std::optional<std::string>> next_file(const std::string& pattern, const std::string& last) {
  const Parts parts = parts_of(pattern);
  const std::string folder = parts.folder.empty() ? "." : parts.folder;
  const auto close = [](DIR* open) { (void)::closedir(open); };
  const std::unique_ptr<DIR, decltype(close)> directory(::opendir(folder.c_str()), close);
  if (!directory && errno == ENOENT) return std::optional<std::string>();
  if (!directory) return Error{"read the directory", errno, folder, {}};
  std::optional<std::string> first;
  for (;;) {
    errno = 0;
    const dirent* const entry = ::readdir(directory.get());
    if (entry == nullptr && errno != 0) return Error{"read the directory", errno, folder, {}};
    if (entry == nullptr) return first;
    const std::string_view name = entry->d_name;
    const bool is_next = name > last && (!first || name < *first) && name != "." && name != ".." &&
                         ::fnmatch(parts.name.c_str(), entry->d_name, FNM_PERIOD) == 0;
    if (is_next && !is_directory(parts.folder + entry->d_name)) first = name;
  }
}

config::Variables file_variables(const std::string& pattern, const std::string& name) {
  return {{.name = "FILE", .value = parts_of(pattern).folder + name},
          {.name = "FILE_NAME", .value = name},
          {.name = "FILE_STEM", .value = std::string(stem_of(name))}};
}

}  // namespace pintle::hooks
