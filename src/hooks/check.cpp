// The row of `check`: proves a data file that something else will read. pintle-fetch does it.
#include <fmt/format.h>

#include "base/pattern.hpp"
#include "base/text.hpp"
#include "hooks/builtin.hpp"
#include "hooks/path_params.hpp"
#include "hooks/proof_params.hpp"

namespace pintle::hooks {
namespace {

using config::ParamType;

constexpr config::ParamSpec kParams[] = {
    {"path",
     ParamType::path,
     "The file.",
     "/app/rules.json",
     true,
     {},
     check_entry_path,
     entry_path_pattern},
    kSha256Param,
    kProhibitParam,
};

constexpr std::string_view kProofs[] = {"sha256", "prohibit"};
constexpr config::Rule kRules[] = {{config::Rule::Type::at_least_one, kProofs}};

}  // namespace

std::string check_sha256(const std::string& digest) {
  return is_sha256(digest) ? std::string() : "a SHA-256 digest has 64 hexadecimal digits";
}

std::string check_prohibited(const std::string& pattern) {
  const std::string why = Pattern(pattern).problem();
  return why.empty() ? why : fmt::format("it is no extended regular expression: {}", why);
}

const Builtin kCheck{
    .spec = {.name = "check",
             .kinds = config::kDoers,
             .help = "Prove a data file: its digest, and what must not be in it.",
             .params = kParams,
             .rules = kRules,
             .is_apart = true},
};

}  // namespace pintle::hooks
