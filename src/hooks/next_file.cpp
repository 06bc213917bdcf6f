#include "hooks/next_file.hpp"

#include <dirent.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>

namespace pintle::hooks {
namespace {

std::string folder_of(const config::ForEach& wanted) {
  return std::string(config::folder_of(wanted.files.front()));
}

bool matches(const config::ForEach& wanted, const char* name) noexcept {
  return std::any_of(wanted.files.begin(), wanted.files.end(), [&](const std::string& one) {
    const char* pattern = one.c_str() + config::folder_of(one).size();
    return ::fnmatch(pattern, name, FNM_PERIOD) == 0;
  });
}

/// A link counts as what it leads to, one that leads nowhere as a file: its use then says why.
bool is_wanted(const config::ForEach& wanted, const std::string& path) noexcept {
  struct stat info {};
  const bool is_there = ::stat(path.c_str(), &info) == 0;
  if ((is_there && S_ISDIR(info.st_mode)) != wanted.directories) return false;
  return !wanted.only_executable || !is_there || ::access(path.c_str(), X_OK) == 0;
}

std::string_view stem_of(std::string_view name) noexcept {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? name : name.substr(0, dot);
}

}  // namespace

Result<std::optional<std::string>> next_file(const config::ForEach& wanted,
                                             const std::string& last) {
  const std::string folder = folder_of(wanted);
  const std::string opened = folder.empty() ? "." : folder;
  const auto close = [](DIR* open) { (void)::closedir(open); };
  const std::unique_ptr<DIR, decltype(close)> directory(::opendir(opened.c_str()), close);
  if (!directory && errno == ENOENT) return std::optional<std::string>();
  if (!directory) return Error{"read the directory", errno, opened, {}};
  std::optional<std::string> first;
  for (;;) {
    errno = 0;
    const dirent* const entry = ::readdir(directory.get());
    if (entry == nullptr && errno != 0) return Error{"read the directory", errno, opened, {}};
    if (entry == nullptr) return first;
    const std::string_view name = entry->d_name;
    const bool is_next = name > last && (!first || name < *first) && name != "." && name != ".." &&
                         matches(wanted, entry->d_name);
    if (is_next && is_wanted(wanted, folder + entry->d_name)) first = name;
  }
}

config::Variables file_variables(const config::ForEach& wanted, const std::string& name) {
  return {{.name = "FILE", .value = folder_of(wanted) + name},
          {.name = "FILE_NAME", .value = name},
          {.name = "FILE_STEM", .value = std::string(stem_of(name))}};
}

}  // namespace pintle::hooks
