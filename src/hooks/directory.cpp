// The built-in `directory`: mkdir -p, chown and chmod of one directory, which changes only what
// differs and so succeeds on a read-only root when all is as it should be.
#include "hooks/builtin.hpp"
#include "hooks/ownership_params.hpp"
#include "sys/ownership.hpp"
#include "sys/walk.hpp"

namespace pintle::hooks {
namespace {

using config::Params;
using config::ParamType;

constexpr config::ParamSpec kParams[] = {
    {"path", ParamType::path, "The directory; missing parents are made.", "/data", true},
    {"mode", ParamType::mode, "Its mode, in octal; 0755 when it is made.", "0750"},
    kOwnerParam,
};

Result<sys::Ownership> wanted_by(const Params& params, const sys::Accounts& accounts) {
  const Owner owner = TRY(resolve_owner(params.text("owner"), accounts));
  sys::Ownership wanted{.uid = owner.uid, .gid = owner.gid};
  if (const auto mode = params.number("mode")) wanted.mode = static_cast<mode_t>(*mode);
  return wanted;
}

Result<std::string> run(const Params& params, const Context& context) {
  const std::string path = params.text("path");
  sys::Ownership wanted = TRY(wanted_by(params, context.accounts));
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

bool is_done(const Params& params, const Context& context) {
  const auto wanted = wanted_by(params, context.accounts);
  const auto reached = sys::reach_directory(params.text("path"), sys::Missing::fail);
  if (!wanted || !reached) return false;
  const auto has = sys::has_ownership(reached->directory, *wanted);
  return has && *has;
}

}  // namespace

const Builtin kDirectory{
    .spec = {.name = "directory",
             .kinds = config::kDoers,
             .help = "Make a directory, or give it its mode and owner.",
             .params = kParams,
             .shorthand = "path"},
    .run = run,
    .is_done = is_done,
};

}  // namespace pintle::hooks
