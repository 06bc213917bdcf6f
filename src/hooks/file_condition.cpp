#include "hooks/file_condition.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "base/pattern.hpp"
#include "sys/entry.hpp"
#include "sys/file.hpp"
#include "sys/walk.hpp"

namespace pintle::hooks {
namespace {

/// True if `path` exists, and is a directory or is not, as `is_directory` says.
bool is_there(const std::string& path, bool is_directory) {
  const auto info = sys::find(path);
  return info && S_ISDIR(info->st_mode) == is_directory;
}

/// False if the directory cannot be read: what is there is not known.
bool is_empty_or_absent(const std::string& path) {
  Fd directory(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory && errno == EACCES) {
    auto reached = sys::reach_anything(path);
    if (!reached) return reached.error().code == ENOENT;
    directory = *std::move(reached);
  }
  if (!directory) return errno == ENOENT;
  const auto names = sys::names_in(directory);
  return names && names->empty();
}

/// True if a line of the file matches.
bool has_line(const std::string& path, const std::string& pattern) {
  constexpr std::size_t kMost = 16U << 20U;
  auto content = sys::read_file(path, kMost);
  if (!content && content.error().code == EACCES) content = sys::read_trusted_file(path, kMost);
  const Pattern wanted(pattern);
  for (std::string_view rest = content ? *content : std::string_view(); !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (wanted.is_in(std::string(line))) return true;
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return false;
}

}  // namespace

std::optional<bool> look_at_files(const config::Condition& leaf, const std::string& path) {
  using Type = config::Condition::Type;
  if (leaf.type == Type::file) return is_there(path, false);
  if (leaf.type == Type::directory) return is_there(path, true);
  if (leaf.type == Type::empty_directory) return is_empty_or_absent(path);
  if (leaf.type == Type::content) return has_line(path, leaf.pattern);
  return std::nullopt;
}

}  // namespace pintle::hooks
