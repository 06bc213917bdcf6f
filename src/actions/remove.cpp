// The built-in `remove`: one file, link or folder, or a whole tree, never anything that a link
// leads to or that another mount holds.
#include <fmt/format.h>

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

std::string check_path(const std::string& path) {
  const std::string_view last = base_name(path);
  if (!last.empty() && last != "." && last != "..") return {};
  return "its last component must be a name: not \"/\", \".\" or \"..\", and no slash at the end";
}

constexpr config::TextKind kName{
    .check = check_path,
    .pattern = [] { return std::string_view(R"((^|/)(?!\.{1,2}$)[^/]+$)"); },
    .is_path = true};

struct RemoveParams {
  std::string path{};
  bool recursive = false;
};

constexpr Key<RemoveParams> kKeys[] = {
    {.name = "path",
     .value = text<&RemoveParams::path, kName>,
     .help = "What is removed; absent is a success.",
     .example = "/run/app.pid",
     .required = true},
    {"recursive", into<&RemoveParams::recursive, &Reader::boolean>,
     "A folder with all that is in it; never of the root, nor in /proc, /sys or /dev (but "
     "/dev/shm).",
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

Result<std::string> run(const RemoveParams& params, const Context&) {
  const std::string path = params.path;
  if (const std::string wrong = check_path(path); !wrong.empty()) {
    return Error{"remove", 0, path, wrong};
  }
  const auto place = sys::reach_place(path);
  if (!place && place.error().code == ENOENT) return std::string("unchanged");
  if (!place) return place.error();
  const auto entry =
      TRY(about(path, sys::look_at(place->directory, place->name, sys::Mounts::stay)));
  if (!entry) return std::string("unchanged");
  std::size_t removed = 0;
  if (S_ISDIR(entry->info.st_mode) && params.recursive) {
    removed = TRY(remove_tree(*entry, path));
  }
  if (TRY(about(path, sys::remove_name(place->directory, place->name, entry->info)))) ++removed;
  return removed == 1 ? std::string("removed") : fmt::format("removed {} entries", removed);
}

bool is_done(const RemoveParams& params, const Context&) {
  const auto place = sys::reach_place(params.path);
  if (!place) return place.error().code == ENOENT;
  const auto entry = sys::look_at(place->directory, place->name, sys::Mounts::stay);
  return entry && !entry->has_value();
}

}  // namespace

const Action kRemove{
    .spec = {.name = "remove",
             .kinds = config::kDoers,
             .help = "Remove a file, a link or a folder.",
             .params = config::params_of<kKeys>(),
             .shorthand = "path",
             .check = erased<check_recursive_path<RemoveParams>>},
    .run = erased<run>,
    .is_done = erased<is_done>,
};

}  // namespace pintle::actions
