#include "actions/fallback.hpp"

#include <fmt/format.h>

#include "actions/action.hpp"
#include "actions/ownership_params.hpp"
#include "actions/path_params.hpp"
#include "actions/proof_params.hpp"
#include "config/slots.hpp"
#include "sys/entry.hpp"
#include "sys/file.hpp"
#include "sys/new_file.hpp"

namespace pintle::actions {
namespace {

using config::erased;
using config::Key;
using config::text;

/// It is what it stands in for that says it.
constexpr Key<FallbackParams> of_result(Key<FallbackParams> key) {
  key.kinds = 0;
  return key;
}

constexpr Key<FallbackParams> kFallbackKeys[] = {
    {.name = "source",
     .value = text<&FallbackParams::source, kEntryPath>,
     .help = "The file to use instead: a regular file that is not empty.",
     .example = "/cache/rules.json",
     .required = true},
    {"destination", text<&FallbackParams::destination, kEntryPath>,
     "The path of the copy. Default: the place where the action would have put its result, if it "
     "has one.",
     "/data/rules.json"},
    of_result(kSha256Key<FallbackParams>),
    of_result(kProhibitKey<FallbackParams>),
    of_result(kFileModeKey<FallbackParams>),
    of_result(kOwnerKey<FallbackParams>),
};

/// Without a mode of its own the copy has the one that its source allows.
Result<sys::Ownership> fallback_wanted_by(const FallbackParams& params, const Context& context,
                                          const Fd& source) {
  const Owner owner = TRY(resolve_owner(params.owner, context.accounts));
  const auto info = TRY(sys::stat_of(source));
  const sys::Ownership wanted{
      .uid = owner.uid, .gid = owner.gid, .mode = params.mode.value_or(sys::mode_of_copy(info))};
  TRY(about(params.source, sys::refuse_lending(info, wanted)));
  return wanted;
}

Result<std::string> run_fallback(const FallbackParams& params, const Context& context) {
  const std::string source = params.source;
  const Fd file = TRY(sys::open_fallback(source));
  const std::string destination = params.destination.value_or("");
  if (destination.empty()) return fmt::format("'{}' exists", context.shown(source));
  const sys::Ownership wanted = TRY(fallback_wanted_by(params, context, file));
  sys::NewFile copy = TRY(sys::NewFile::begin(destination));
  TRY(copy.copy_from(file));
  TRY(copy.finish(wanted));
  return fmt::format("copied '{}' to '{}'", context.shown(source), context.shown(destination));
}

bool is_fallback_apart(const FallbackParams& params) {
  return params.sha256 || !params.prohibit.empty();
}

}  // namespace

config::Builtin completed(const config::Builtin& use, const std::string& output,
                          const config::Builtin* failed) {
  auto params = std::make_shared<FallbackParams>(use.as<FallbackParams>());
  const bool has_destination = params->destination.has_value();
  if (!has_destination && !output.empty()) params->destination = output;
  if (failed != nullptr && failed->spec->artifact != nullptr) {
    config::Artifact artifact = failed->spec->artifact(failed->params.get());
    params->sha256 = std::move(artifact.sha256);
    params->prohibit = std::move(artifact.prohibit);
    if (!has_destination && !artifact.path.empty()) {
      params->destination = std::move(artifact.path);
      params->mode = artifact.mode;
      params->owner = std::move(artifact.owner);
    }
  }
  return {use.spec, std::move(params), use.unread};
}

const Action kFallback{
    .spec = {.name = "fallback",
             .kinds = 0,
             .help = "Use an older copy of the file instead.",
             .params = config::params_of<kFallbackKeys>(),
             .is_apart = erased<is_fallback_apart>},
    .run = erased<run_fallback>,
};

}  // namespace pintle::actions
