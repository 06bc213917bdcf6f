// The built-in `remove`: a file, link or directory, a whole tree, or all that a pattern matches;
// never anything that a link leads to or that another mount holds.
#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <cerrno>

#include "actions/action.hpp"
#include "actions/path_params.hpp"
#include "base/text.hpp"
#include "config/slots.hpp"
#include "sys/tree.hpp"

namespace pintle::actions {
namespace {

using config::erased;
using config::into;
using config::Key;
using config::Reader;
using config::text;

std::string check_removed_path(const std::string& path) {
  const std::string_view last = base_name(path);
  const std::string_view before = std::string_view(path).substr(0, path.size() - last.size());
  if (is_pattern(last) && is_pattern(before)) return std::string(kOnlyLastIsPattern);
  if (!last.empty() && last != "." && last != "..") return {};
  return "its last component must be a name: not \"/\", \".\" or \"..\", and no slash at the end";
}

constexpr std::string_view kNamePattern =
    R"(^(.*/)?(?!\.{1,2}$)[^/*?\[]+$|^([^*?\[]*/)?[^/]*[*?\[][^/]*$)";
constexpr config::TextKind kName{.check = check_removed_path,
                                 .pattern = [] { return kNamePattern; },
                                 .is_path = true,
                                 .takes_pattern = true};

struct RemoveParams {
  std::string path{};
  bool recursive = false;
};

constexpr Key<RemoveParams> kRemoveKeys[] = {
    {.name = "path",
     .value = text<&RemoveParams::path, kName>,
     .help = "The path to remove; if it does not exist, the action succeeds. The last component "
             "may be a pattern, fnmatch(3): everything that matches is removed, names that begin "
             "with a dot only if the pattern does.",
     .example = "/run/app.pid",
     .required = true},
    {"recursive", into<&RemoveParams::recursive, &Reader::boolean>,
     "Whether a directory is removed with everything in it; never for the root directory, nor in "
     "/proc, /sys or /dev (except /dev/shm).",
     "true", "false"},
};

Result<std::size_t> remove_tree(const sys::Entry& root, const std::string& path) {
  std::size_t removed = 0;
  const auto remove = [&](const sys::Visit& one) -> Result<void> {
    if (TRY(sys::remove_name(one.directory, one.name, one.entry.info))) ++removed;
    return {};
  };
  const sys::Visitor visitor{
      .each = [&](const sys::Visit& one) -> Result<void> {
        if (S_ISDIR(one.entry.info.st_mode)) return {};
        return remove(one);
      },
      .leave = remove,
  };
  const std::size_t mounts = TRY(sys::visit_tree(root.fd, path, visitor));
  if (mounts > 0) return Error{"remove", EXDEV, path, "another file system is mounted in it"};
  return removed;
}

/// The names that are meant: the last component itself, or all that it matches. As in a shell, a
/// pattern is a name too.
Result<std::vector<std::string>> names_meant(const sys::Place& place) {
  if (!is_pattern(place.name)) return std::vector<std::string>{place.name};
  std::vector<std::string> names = TRY(sys::names_in(place.directory));
  std::erase_if(names, [&](const std::string& name) {
    return name != place.name && ::fnmatch(place.name.c_str(), name.c_str(), FNM_PERIOD) != 0;
  });
  std::sort(names.begin(), names.end());
  return names;
}

/// How many entries were removed.
Result<std::size_t> remove_one(const Fd& directory, const std::string& name, bool recursive,
                               const std::string& path) {
  const auto entry = TRY(about(path, sys::look_at(directory, name, sys::Mounts::stay)));
  if (!entry) return std::size_t{0};
  std::size_t removed = 0;
  if (recursive && S_ISDIR(entry->info.st_mode)) removed = TRY(remove_tree(*entry, path));
  if (TRY(about(path, sys::remove_name(directory, name, entry->info)))) ++removed;
  return removed;
}

/// Tries each of them; the first error is returned.
Result<std::size_t> remove_all(const RemoveParams& params, const sys::Place& place) {
  if (params.recursive && is_pattern(place.name)) {
    TRY(about(params.path, sys::refuse_vital(place.directory)));
  }
  std::size_t removed = 0;
  Result<std::size_t> failed = removed;
  for (const std::string& name : TRY(about(params.path, names_meant(place)))) {
    auto one = remove_one(place.directory, name, params.recursive, beside(params.path, name));
    if (one) removed += *one;
    if (!one && failed) failed = std::move(one);
  }
  return failed ? Result<std::size_t>(removed) : failed;
}

Result<std::string> run_remove(const RemoveParams& params, const Context&) {
  const std::string path = params.path;
  if (const std::string wrong = check_removed_path(path); !wrong.empty()) {
    return Error{"remove", 0, path, wrong};
  }
  const auto place = sys::reach_place(path);
  if (!place && place.error().code == ENOENT) return std::string("unchanged");
  if (!place) return place.error();
  const std::size_t removed = TRY(remove_all(params, *place));
  if (removed == 0) return std::string("unchanged");
  return removed == 1 ? std::string("removed") : fmt::format("removed {} entries", removed);
}

bool is_removed(const RemoveParams& params, const Context&) {
  const auto place = sys::reach_place(params.path);
  if (!place) return place.error().code == ENOENT;
  const auto names = names_meant(*place);
  return names && std::none_of(names->begin(), names->end(), [&](const std::string& name) {
           const auto entry = sys::look_at(place->directory, name, sys::Mounts::stay);
           return !entry || entry->has_value();
         });
}

/// Of a pattern, everything in the directory that it is in could match.
std::string check_recursive(const RemoveParams& params) {
  if (!params.recursive || !config::is_final(params.path)) return {};
  const bool is_one = !is_pattern(base_name(params.path));
  return check_tree_path(is_one ? params.path : beside(params.path, ""));
}

}  // namespace

const Action kRemove{
    .spec = {.name = "remove",
             .kinds = config::kActiveKinds,
             .help = "Remove files, links or directories.",
             .params = config::params_of<kRemoveKeys>(),
             .shorthand = "path",
             .check = erased<check_recursive>},
    .run = erased<run_remove>,
    .is_done = erased<is_removed>,
};

}  // namespace pintle::actions
