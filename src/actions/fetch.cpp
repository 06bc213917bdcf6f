// The row of `fetch`: a file from a web server. pintle-fetch does it.
#include "actions/action.hpp"
#include "actions/ownership_params.hpp"
#include "actions/path_params.hpp"
#include "actions/proof_params.hpp"
#include "config/address.hpp"
#include "http/field.hpp"

namespace pintle::actions {
namespace {

using config::erased;
using config::into;
using config::Key;
using config::Reader;
using config::text;
using namespace std::chrono_literals;

constexpr Duration kTimeout = 5min;

std::string check_url(const std::string& url) {
  return config::wrong_with(config::parse_web_url(url));
}

std::string check_header(const std::string& name, const std::string& value) {
  return http::wrong_header(name, value, http::kDownloadFields);
}

constexpr config::TextKind kUrl{.check = check_url, .pattern = config::web_url_pattern};

struct FetchParams {
  std::string url{};
  std::string path{};
  config::Pairs headers{};
  std::optional<std::string> username{};
  std::optional<std::string> password{};
  std::optional<std::string> ca{};
  std::optional<std::int64_t> max_size{};
  std::optional<std::string> sha256{};
  std::vector<std::string> prohibit{};
  std::optional<mode_t> mode{};
  std::optional<std::string> owner{};
  std::optional<std::int64_t> redirects{};
};

constexpr Key<FetchParams> kKeys[] = {
    {.name = "url",
     .value = text<&FetchParams::url, kUrl>,
     .help = "What to download, by http or https.",
     .example = "https://files.example.org/rules.json",
     .required = true},
    {.name = "path",
     .value = text<&FetchParams::path, kEntryPath>,
     .help = "The file that it becomes; its directory must exist.",
     .example = "/data/rules.json",
     .required = true},
    {"headers", config::headers<&FetchParams::headers, check_header>,
     "Headers of the request, in place of those that pintle sends by itself: User-Agent and "
     "\"Accept: */*\".",
     "{\"Authorization\": \"Bearer ${TOKEN}\"}"},
    {"username", into<&FetchParams::username, &Reader::expandable>,
     "Who asks, for basic authentication.", "app"},
    {"password", into<&FetchParams::password, &Reader::expandable>,
     "The password that belongs to it.", "${PASSWORD}"},
    {"ca", text<&FetchParams::ca, kEntryPath>,
     "A PEM file with the certificates to trust instead of the system's; SSL_CERT_FILE in the "
     "hook's environment does the same.",
     "/etc/ssl/corporate.pem"},
    {"maxSize", into<&FetchParams::max_size, &Reader::size>, "The most that is downloaded.",
     "64MiB", "1GiB"},
    kSha256Key<FetchParams>,
    kProhibitKey<FetchParams>,
    kFileModeKey<FetchParams>,
    kOwnerKey<FetchParams>,
    {"redirects", config::count<&FetchParams::redirects, 1>, "How many redirections are followed.",
     "1", "10"},
};

constexpr std::string_view kUserNeedsPassword[] = {"username", "password"};
constexpr std::string_view kPasswordNeedsUser[] = {"password", "username"};
constexpr config::Rule kRules[] = {{config::Rule::Type::needs, kUserNeedsPassword},
                                   {config::Rule::Type::needs, kPasswordNeedsUser}};

// Not HTTP_PROXY: see fetch/proxy.hpp.
constexpr std::string_view kVariables[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                           "ALL_PROXY",  "no_proxy",    "NO_PROXY"};

config::Artifact artifact(const FetchParams& params) {
  return {.path = params.path,
          .mode = params.mode,
          .owner = params.owner,
          .sha256 = params.sha256,
          .prohibit = params.prohibit};
}

}  // namespace

const Action kFetch{
    .spec = {.name = "fetch",
             .kinds = config::kDoers,
             .help = "Download a file by http or https, prove it and put it in its place; at most "
                     "5m, unless \"timeout\" says otherwise. A file that was downloaded before "
                     "is kept if the server says that it has no other. The variables http_proxy, "
                     "https_proxy, all_proxy and no_proxy are obeyed.",
             .params = config::params_of<kKeys>(),
             .timeout = kTimeout,
             .rules = kRules,
             .is_apart = config::is_always_apart,
             .artifact = erased<artifact>,
             .variables = kVariables},
};

}  // namespace pintle::actions
