// What `"onFailure": {"action": "fallback", "source": …}` does: take an older copy instead.
#include <fmt/format.h>

#include "hooks/builtin.hpp"
#include "hooks/path_params.hpp"
#include "sys/entry.hpp"
#include "sys/file.hpp"
#include "sys/new_file.hpp"

namespace pintle::hooks {
namespace {

using config::Params;
using config::ParamType;

constexpr config::ParamSpec kParams[] = {
    {"source",
     ParamType::path,
     "A regular file that is not empty.",
     "/cache/rules.json",
     true,
     {},
     check_entry_path,
     entry_path_pattern},
    {"destination",
     ParamType::path,
     "Where its copy goes; where the action's result would have gone, if it has such a place.",
     "/data/rules.json",
     false,
     {},
     check_entry_path,
     entry_path_pattern},
};

/// Without a mode of its own the copy has the one that its source allows.
Result<sys::Ownership> wanted_by(const Params& params, const Context& context, const Fd& source) {
  const Owner owner = TRY(resolve_owner(params.text("owner"), context.accounts));
  const auto info = TRY(sys::stat_of(source));
  const auto mode = params.number("mode");
  const sys::Ownership wanted{.uid = owner.uid,
                              .gid = owner.gid,
                              .mode = mode ? static_cast<mode_t>(*mode) : sys::mode_of_copy(info)};
  TRY(about(params.text("source"), sys::refuse_lending(info, wanted)));
  return wanted;
}

Result<std::string> run(const Params& params, const Context& context) {
  const std::string source = params.text("source");
  const Fd file = TRY(sys::open_fallback(source));
  const std::string destination = params.text("destination");
  if (destination.empty()) return fmt::format("there is '{}'", context.shown(source));
  const sys::Ownership wanted = TRY(wanted_by(params, context, file));
  sys::NewFile copy = TRY(sys::NewFile::begin(destination));
  TRY(copy.copy_from(file));
  TRY(copy.finish(wanted));
  return fmt::format("copied '{}' to '{}'", context.shown(source), context.shown(destination));
}

}  // namespace

const Builtin kFallback{
    .spec = {.name = "fallback",
             .kinds = 0,
             .help = "Take an older copy instead.",
             .params = kParams},
    .run = run,
};

}  // namespace pintle::hooks
