// The row of `fetch`: a file from a web server. pintle-fetch does it.
#include "config/address.hpp"
#include "hooks/builtin.hpp"
#include "hooks/ownership_params.hpp"
#include "hooks/path_params.hpp"
#include "hooks/proof_params.hpp"
#include "http/field.hpp"

namespace pintle::hooks {
namespace {

using config::ParamType;
using namespace std::chrono_literals;

constexpr Duration kTimeout = 5min;

std::string check_url(const std::string& url) {
  return config::wrong_with(config::parse_web_url(url));
}

std::string check_header(const std::string& name, const std::string& value) {
  return http::wrong_header(name, value, http::kDownloadFields);
}

constexpr config::ParamSpec kParams[] = {
    {"url",
     ParamType::text,
     "What to download, by http or https.",
     "https://files.example.org/rules.json",
     true,
     {},
     check_url,
     config::web_url_pattern},
    {"path",
     ParamType::path,
     "The file that it becomes; its directory must exist.",
     "/data/rules.json",
     true,
     {},
     check_entry_path,
     entry_path_pattern},
    {.name = "headers",
     .type = ParamType::pairs,
     .help =
         "Headers of the request, in place of those that pintle sends by itself: User-Agent and "
         "\"Accept: */*\".",
     .example = "{\"Authorization\": \"Bearer ${TOKEN}\"}",
     .check_pair = check_header},
    {"username", ParamType::text, "Who asks, for basic authentication.", "app"},
    {"password", ParamType::text, "The password that belongs to it.", "${PASSWORD}"},
    {"ca",
     ParamType::path,
     "A PEM file with the certificates to trust instead of the system's; SSL_CERT_FILE in the "
     "hook's environment does the same.",
     "/etc/ssl/corporate.pem",
     false,
     {},
     check_entry_path,
     entry_path_pattern},
    {.name = "maxSize",
     .type = ParamType::size,
     .help = "The most that is downloaded.",
     .example = "64MiB",
     .standard = "1GiB"},
    kSha256Param,
    kProhibitParam,
    kFileModeParam,
    kOwnerParam,
    {.name = "redirects",
     .type = ParamType::count,
     .help = "How many redirections are followed.",
     .example = "1",
     .standard = "10"},
};

constexpr std::string_view kUserNeedsPassword[] = {"username", "password"};
constexpr std::string_view kPasswordNeedsUser[] = {"password", "username"};
constexpr config::Rule kRules[] = {{config::Rule::Type::needs, kUserNeedsPassword},
                                   {config::Rule::Type::needs, kPasswordNeedsUser}};

// Not HTTP_PROXY: see fetch/proxy.hpp.
constexpr std::string_view kVariables[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                           "ALL_PROXY",  "no_proxy",    "NO_PROXY"};

}  // namespace

const Builtin kFetch{
    .spec = {.name = "fetch",
             .kinds = config::kDoers,
             .help = "Download a file by http or https, prove it and put it in its place; at most "
                     "5m, unless \"timeout\" says otherwise. A file that was downloaded before "
                     "is kept if the server says that it has no other. The variables http_proxy, "
                     "https_proxy, all_proxy and no_proxy are obeyed.",
             .params = kParams,
             .timeout = kTimeout,
             .rules = kRules,
             .is_apart = true,
             .place = "path",
             .variables = kVariables},
};

}  // namespace pintle::hooks
