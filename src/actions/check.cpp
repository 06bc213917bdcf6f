// The row of `check`: verifies a data file that another program will read, or all files of a
// manifest. pintle-fetch does it.
#include <fmt/format.h>

#include "actions/action.hpp"
#include "actions/path_params.hpp"
#include "actions/proof_params.hpp"
#include "base/pattern.hpp"
#include "base/text.hpp"

namespace pintle::actions {
namespace {

using config::erased;
using config::Key;
using config::text;

struct CheckParams {
  std::optional<std::string> path{};
  std::optional<std::string> manifest{};
  std::optional<std::string> sha256{};
  std::vector<std::string> prohibit{};
};

constexpr Key<CheckParams> kCheckKeys[] = {
    {.name = "path",
     .value = text<&CheckParams::path, kEntryPath>,
     .help = "The file to verify.",
     .example = "/app/rules.json"},
    {.name = "manifest",
     .value = text<&CheckParams::manifest, kEntryPath>,
     .help =
         "Instead of a path: a file in the format of sha256sum(1), whose files are all verified. "
         "Relative names begin in its directory. No symbolic link is followed.",
     .example = "/data/manifest"},
    kSha256Key<CheckParams>,
    kProhibitKey<CheckParams>,
};

constexpr std::string_view kWhat[] = {"path", "manifest"};
constexpr std::string_view kProofs[] = {"sha256", "prohibit", "manifest"};
constexpr std::string_view kDigestOfFile[] = {"sha256", "path"};
constexpr std::string_view kLinesOfFile[] = {"prohibit", "path"};
constexpr config::Rule kCheckRules[] = {{config::Rule::Type::exactly_one, kWhat},
                                        {config::Rule::Type::at_least_one, kProofs},
                                        {config::Rule::Type::needs, kDigestOfFile},
                                        {config::Rule::Type::needs, kLinesOfFile}};

/// The action makes no file itself, but a fallback for it must pass the same verification.
config::Artifact artifact_of_check(const CheckParams& params) {
  return {.sha256 = params.sha256, .prohibit = params.prohibit};
}

}  // namespace

std::string check_sha256(const std::string& digest) {
  return is_sha256(digest) ? std::string() : "a SHA-256 digest has 64 hexadecimal digits";
}

std::string check_prohibited(const std::string& pattern) {
  const std::string why = Pattern(pattern).problem();
  return why.empty() ? why : fmt::format("it is not an extended regular expression: {}", why);
}

const Action kCheck{
    .spec = {.name = "check",
             .kinds = config::kActiveKinds,
             .help = "Verify a data file: its digest, and that no line matches a prohibited "
                     "pattern; or all files of a manifest.",
             .params = config::params_of<kCheckKeys>(),
             .rules = kCheckRules,
             .is_apart = config::is_always_apart,
             .artifact = erased<artifact_of_check>},
};

}  // namespace pintle::actions
