// The built-in `directory`: mkdir -p, chown and chmod of one directory, which changes only what
// differs and so succeeds on a read-only root when all is as it should be.
#include "actions/action.hpp"
#include "actions/ownership_params.hpp"
#include "actions/path_params.hpp"
#include "sys/ownership.hpp"
#include "sys/walk.hpp"

namespace pintle::actions {
namespace {

using config::erased;
using config::into;
using config::Key;
using config::Reader;
using config::text;

struct DirectoryParams {
  std::string path{};
  std::optional<mode_t> mode{};
  std::optional<std::string> owner{};
};

constexpr Key<DirectoryParams> kDirectoryKeys[] = {
    {.name = "path",
     .value = text<&DirectoryParams::path, kPath>,
     .help = "The directory; missing parent directories are made.",
     .example = "/data",
     .required = true},
    {"mode", into<&DirectoryParams::mode, &Reader::mode>,
     "The mode, in octal. Default: 0755 for a new directory; an existing one keeps its mode.",
     "0750"},
    kOwnerKey<DirectoryParams>,
};

Result<sys::Ownership> directory_wanted_by(const DirectoryParams& params,
                                           const sys::Accounts& accounts) {
  const Owner owner = TRY(resolve_owner(params.owner, accounts));
  return sys::Ownership{.uid = owner.uid, .gid = owner.gid, .mode = params.mode};
}

Result<std::string> run_directory(const DirectoryParams& params, const Context& context) {
  const std::string path = params.path;
  sys::Ownership wanted = TRY(directory_wanted_by(params, context.accounts));
  const sys::Reached reached = TRY(sys::reach_directory(path, sys::Missing::make));
  if (reached.was_made && !wanted.mode) wanted.mode = 0755;
  if (TRY(sys::has_ownership(reached.directory, wanted))) {
    return std::string(reached.was_made ? "made" : "unchanged");
  }
  if (auto given = sys::give_ownership(reached.directory, wanted); !given) {
    Error error = std::move(given).error();
    error.subject = path;
    return error;
  }
  return std::string(reached.was_made ? "made" : "changed");
}

bool is_directory_done(const DirectoryParams& params, const Context& context) {
  const auto wanted = directory_wanted_by(params, context.accounts);
  const auto reached = sys::reach_directory(params.path, sys::Missing::fail);
  if (!wanted || !reached) return false;
  const auto has = sys::has_ownership(reached->directory, *wanted);
  return has && *has;
}

}  // namespace

const Action kDirectory{
    .spec = {.name = "directory",
             .kinds = config::kActiveKinds,
             .help = "Make a directory, or set the mode and owner of an existing one.",
             .params = config::params_of<kDirectoryKeys>(),
             .shorthand = "path"},
    .run = erased<run_directory>,
    .is_done = erased<is_directory_done>,
};

}  // namespace pintle::actions
