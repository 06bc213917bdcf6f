// The built-in `permissions`: owner and mode of a file or a tree. Everything is judged and changed
// by one descriptor, so that a name exchanged in between changes nothing (CVE-2018-6954's class).
#include <fmt/format.h>

#include "actions/action.hpp"
#include "actions/ownership_params.hpp"
#include "actions/path_params.hpp"
#include "sys/ownership.hpp"
#include "sys/tree.hpp"
#include "sys/walk.hpp"

namespace pintle::actions {
namespace {

using config::erased;
using config::into;
using config::Key;
using config::Reader;
using config::text;

struct PermissionsParams {
  std::string path{};
  std::optional<std::string> owner{};
  std::optional<mode_t> mode{};
  std::optional<mode_t> directory_mode{};
  bool recursive = false;
};

constexpr Key<PermissionsParams> kPermissionsKeys[] = {
    {.name = "path",
     .value = text<&PermissionsParams::path, kPath>,
     .help = "A file or a directory that exists.",
     .example = "/data",
     .required = true},
    kOwnerKey<PermissionsParams>,
    {"mode", into<&PermissionsParams::mode, &Reader::mode>,
     "The mode of files, in octal. A set-user-ID or set-group-ID bit is set only on files that "
     "nobody except root and the user of the hook can have written.",
     "0640"},
    {"directoryMode", into<&PermissionsParams::directory_mode, &Reader::mode>,
     "The mode of directories, in octal.", "0750"},
    {"recursive", into<&PermissionsParams::recursive, &Reader::boolean>,
     "Whether everything in the directory is changed too; never for the root directory, nor in "
     "/proc, /sys or /dev (except /dev/shm).",
     "true", "false"},
};

constexpr std::string_view kChanges[] = {"owner", "mode", "directoryMode"};
constexpr config::Rule kPermissionsRules[] = {{config::Rule::Type::at_least_one, kChanges}};

/// The wanted owner and modes, and the counts of what was done.
struct PermissionsChange {
  Owner owner{};
  std::optional<mode_t> file_mode{};
  std::optional<mode_t> directory_mode{};
  bool only_looks = false;  ///< `changed` is what would be
  std::size_t changed = 0;
  std::size_t skipped = 0;
};

/// Why `info` is not changed; nullptr if it may be. A file with several names could be a file of
/// another user that somebody linked here, so it is changed only if it belongs to the wanted owner
/// already.
const char* objection(const struct stat& info, const sys::Ownership& wanted) {
  if (S_ISLNK(info.st_mode)) return "it is a symbolic link";
  if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) return "it is a device";
  const bool is_ours = wanted.uid && *wanted.uid == info.st_uid;
  if (!S_ISDIR(info.st_mode) && info.st_nlink != 1 && !is_ours) return "it has other names";
  if (!S_ISDIR(info.st_mode) && !sys::refuse_lending(info, wanted)) {
    return "others could have written what is in it, and it would be set-user-ID or set-group-ID";
  }
  return nullptr;
}

/// Changes what differs; returns why it did not, if so.
Result<const char*> apply(const sys::Entry& entry, PermissionsChange& change) {
  const bool is_directory = S_ISDIR(entry.info.st_mode);
  const bool is_link = S_ISLNK(entry.info.st_mode);
  const sys::Ownership wanted{.uid = change.owner.uid,
                              .gid = change.owner.gid,
                              .mode = is_directory
                                          ? change.directory_mode
                                          : (is_link ? std::optional<mode_t>() : change.file_mode)};
  if (TRY(sys::has_ownership(entry.fd, wanted))) return static_cast<const char*>(nullptr);
  if (const char* why = objection(entry.info, wanted)) {
    ++change.skipped;
    return why;
  }
  if (!change.only_looks) TRY(sys::give_ownership(entry.fd, wanted));
  ++change.changed;
  return static_cast<const char*>(nullptr);
}

Result<PermissionsChange> permissions_wanted_by(const PermissionsParams& params,
                                                const Context& context) {
  return PermissionsChange{.owner = TRY(resolve_owner(params.owner, context.accounts)),
                           .file_mode = params.mode,
                           .directory_mode = params.directory_mode};
}

/// Changes everything that is to be changed. Errors: `path` itself must not be changed.
Result<void> apply_to_all(const PermissionsParams& params, PermissionsChange& change) {
  const std::string path = params.path;
  sys::Entry root{.fd = TRY(sys::reach_anything(path))};
  root.info = TRY(about(path, sys::stat_of(root.fd)));
  // What is in it first: afterwards we might not be allowed to look.
  if (params.recursive && S_ISDIR(root.info.st_mode)) {
    const sys::Visitor visitor{.each = [&](const sys::Visit& one) -> Result<void> {
                                 if (!S_ISDIR(one.entry.info.st_mode))
                                   TRY(apply(one.entry, change));
                                 return {};
                               },
                               .leave = [&](const sys::Visit& one) -> Result<void> {
                                 TRY(apply(one.entry, change));
                                 return {};
                               }};
    (void)TRY(sys::visit_tree(root.fd, path, visitor));  // other mounts stay as they are
  }
  if (const char* why = TRY(about(path, apply(root, change)))) {
    return Error{"change the permissions of", 0, path, why};
  }
  return {};
}

Result<std::string> run_permissions(const PermissionsParams& params, const Context& context) {
  PermissionsChange change = TRY(permissions_wanted_by(params, context));
  TRY(apply_to_all(params, change));
  const std::string done =
      change.changed == 0 ? "unchanged" : fmt::format("changed {}", change.changed);
  if (change.skipped == 0) return done;
  return fmt::format(
      "{}; left alone {} links, devices, and files that somebody else may have put there", done,
      change.skipped);
}

bool is_permissions_done(const PermissionsParams& params, const Context& context) {
  auto change = permissions_wanted_by(params, context);
  if (!change) return false;
  change->only_looks = true;
  return apply_to_all(params, *change) && change->changed == 0;
}

}  // namespace

const Action kPermissions{
    .spec = {.name = "permissions",
             .kinds = config::kActiveKinds,
             .help =
                 "Set owner and modes of a file or a tree. What has them already is not changed.",
             .params = config::params_of<kPermissionsKeys>(),
             .check = erased<check_recursive_path<PermissionsParams>>,
             .rules = kPermissionsRules},
    .run = erased<run_permissions>,
    .is_done = erased<is_permissions_done>,
};

}  // namespace pintle::actions
