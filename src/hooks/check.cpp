// The row of `check`: proves a data file that something else will read. pintle-fetch does it.
#include <fmt/format.h>

#include "base/pattern.hpp"
#include "base/text.hpp"
#include "hooks/builtin.hpp"
#include "hooks/proof_params.hpp"

namespace pintle::hooks {
namespace {

using config::Params;
using config::ParamType;

constexpr config::ParamSpec kParams[] = {
    {"path", ParamType::path, "The file.", "/app/rules.json", true},
    kSha256Param,
    kProhibitParam,
};

constexpr std::string_view kProofs[] = {"sha256", "prohibit"};
constexpr config::Rule kRules[] = {{config::Rule::Type::at_least_one, kProofs}};

std::string problem_of(const std::string& pattern) {
  std::string why = Pattern(pattern).problem();
  if (why.empty()) return why;
  return fmt::format("\"prohibit\": \"{}\" is no regular expression: {}", pattern, why);
}

}  // namespace

std::string check_sha256(const std::string& digest) {
  return is_sha256(digest) ? std::string() : "a SHA-256 digest has 64 hexadecimal digits";
}

std::string check_patterns(const Params& params) {
  for (const std::string& pattern : params.texts("prohibit")) {
    if (!config::names_in(pattern).empty()) continue;
    if (std::string wrong = problem_of(pattern); !wrong.empty()) return wrong;
  }
  return {};
}

const Builtin kCheck{
    .spec = {.name = "check",
             .kinds = config::kDoers,
             .help = "Prove a data file: its digest, and what must not be in it.",
             .params = kParams,
             .check = check_patterns,
             .rules = kRules,
             .is_apart = true},
};

}  // namespace pintle::hooks
