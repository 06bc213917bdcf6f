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

constexpr Duration kFetchTimeout = 5min;

std::string check_url(const std::string& url) {
  return config::wrong_with(config::parse_web_url(url));
}

std::string check_header(const std::string& name, const std::string& value) {
  return http::wrong_header(name, value, http::kDownloadFields);
}

constexpr config::TextKind kUrl{.check = check_url, .pattern = config::web_url_pattern};

/// A part of the scope of a signature.
std::string check_scope(const std::string& text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  const bool is_right =
      !text.empty() && text.size() <= 64 && text.find_first_not_of(kAllowed) == text.npos;
  return is_right ? "" : "write up to 64 letters, digits, \"-\", \"_\" and \".\"";
}

constexpr config::TextKind kScope{
    .check = check_scope, .pattern = [] { return std::string_view("^[A-Za-z0-9._-]{1,64}$"); }};

struct AwsKeys {
  std::string region{};
  std::string service{};
};

constexpr Key<AwsKeys> kAwsKeys[] = {
    {.name = "region",
     .value = text<&AwsKeys::region, kScope>,
     .help = "The region of the service, or what another provider of such a store calls so.",
     .example = "eu-west-1",
     .required = true},
    {.name = "service",
     .value = text<&AwsKeys::service, kScope>,
     .help = "The service.",
     .example = "s3",
     .required = true},
};
constexpr auto kAws = config::object_of<kAwsKeys>({.name = "awsSignature", .title = "\"aws\""});

struct FetchParams {
  std::string url{};
  std::string path{};
  config::Pairs headers{};
  std::optional<std::string> username{};
  std::optional<std::string> password{};
  config::Pairs aws{};
  std::optional<std::string> netrc{};
  std::optional<std::string> ca{};
  std::optional<std::string> certificate{};
  std::optional<std::string> key{};
  std::optional<std::int64_t> max_size{};
  std::optional<std::string> sha256{};
  std::vector<std::string> prohibit{};
  std::optional<mode_t> mode{};
  std::optional<std::string> owner{};
  std::optional<std::int64_t> redirects{};
  std::optional<Duration> retry_after{};
};

void read_aws(Reader& reader, const config::Node& node, FetchParams& out) {
  AwsKeys keys;
  config::read_object(reader, node, kAws, keys);
  out.aws = {{"region", keys.region}, {"service", keys.service}};
}

constexpr Key<FetchParams> kFetchKeys[] = {
    {.name = "url",
     .value = text<&FetchParams::url, kUrl>,
     .help = "The URL to download, http or https.",
     .example = "https://files.example.org/rules.json",
     .required = true},
    {.name = "path",
     .value = text<&FetchParams::path, kEntryPath>,
     .help = "The file to write; its directory must exist.",
     .example = "/data/rules.json",
     .required = true},
    {"headers", config::headers<&FetchParams::headers, check_header>,
     "Headers of the request. They replace those that pintle sends itself: User-Agent and "
     "\"Accept: */*\".",
     "{\"Authorization\": \"Bearer ${TOKEN}\"}"},
    {"username", into<&FetchParams::username, &Reader::expandable>,
     "The user name for basic authentication.", "app"},
    {"password", into<&FetchParams::password, &Reader::expandable>,
     "The password for basic authentication.", "${PASSWORD}"},
    {"aws",
     {read_aws, &config::kObjectForm<kAws>, config::field_of<&FetchParams::aws>},
     "How the request is signed for S3 and similar services (AWS Signature Version 4): username is "
     "the id of the access key, password is the secret, and the header X-Amz-Security-Token is a "
     "session token.",
     R"({"region": "eu-west-1", "service": "s3"})"},
    {"netrc", text<&FetchParams::netrc, kEntryPath>,
     "A file with user names and passwords for hosts, such as a mounted secret: lines \"machine "
     "HOST login NAME password WORD\". The user of the hook must be able to read it.",
     "/run/secrets/netrc"},
    {"ca", text<&FetchParams::ca, kEntryPath>,
     "A PEM file with the CA certificates to trust instead of those of the system. SSL_CERT_FILE "
     "in the environment of the hook does the same.",
     "/etc/ssl/corporate.pem"},
    {"certificate", text<&FetchParams::certificate, kEntryPath>,
     "A PEM file with the client certificate.", "/run/secrets/client.pem"},
    {"key", text<&FetchParams::key, kEntryPath>,
     "The PEM file with the key of the client certificate, without a passphrase.",
     "/run/secrets/client.key"},
    {"maxSize", into<&FetchParams::max_size, &Reader::size>,
     "The largest download that is accepted.", "64MiB", "1GiB"},
    kSha256Key<FetchParams>,
    kProhibitKey<FetchParams>,
    kFileModeKey<FetchParams>,
    kOwnerKey<FetchParams>,
    {"redirects", config::count<&FetchParams::redirects, 1>,
     "How many redirections are followed at most.", "1", "10"},
    {"retryAfter", into<&FetchParams::retry_after, &Reader::duration>,
     "If the status is 429 or 503 and Retry-After is at most this time, pintle waits and repeats "
     "the request.",
     "10s", "1m"},
};

constexpr std::string_view kUserNeedsPassword[] = {"username", "password"};
constexpr std::string_view kPasswordNeedsUser[] = {"password", "username"};
constexpr std::string_view kAwsNeedsUser[] = {"aws", "username"};
constexpr std::string_view kClientCertificateNeedsKey[] = {"certificate", "key"};
constexpr std::string_view kClientKeyNeedsCertificate[] = {"key", "certificate"};
constexpr std::string_view kUserOrNetrc[] = {"username", "netrc"};
constexpr config::Rule kFetchRules[] = {{config::Rule::Type::needs, kUserNeedsPassword},
                                        {config::Rule::Type::needs, kPasswordNeedsUser},
                                        {config::Rule::Type::needs, kAwsNeedsUser},
                                        {config::Rule::Type::needs, kClientCertificateNeedsKey},
                                        {config::Rule::Type::needs, kClientKeyNeedsCertificate},
                                        {config::Rule::Type::at_most_one, kUserOrNetrc}};

// Not HTTP_PROXY: see fetch/proxy.hpp.
constexpr std::string_view kVariables[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                           "ALL_PROXY",  "no_proxy",    "NO_PROXY"};

config::Artifact artifact_of_fetch(const FetchParams& params) {
  return {.path = params.path,
          .mode = params.mode,
          .owner = params.owner,
          .sha256 = params.sha256,
          .prohibit = params.prohibit};
}

}  // namespace

const Action kFetch{
    .spec =
        {.name = "fetch",
         .kinds = config::kActiveKinds,
         .help =
             "Download a file with http or https, verify it and put it in its place; at most 5m if "
             "no \"timeout\" is set. If the server says that the file has not changed, the "
             "existing one is kept. If the connection is cut, the download continues where it "
             "ended, if the server supports that. Headers, credentials and client certificate are "
             "sent only to the scheme, host and port of the URL, not to where a redirection leads. "
             "The variables http_proxy, https_proxy, all_proxy and no_proxy are used.",
         .params = config::params_of<kFetchKeys>(),
         .timeout = kFetchTimeout,
         .rules = kFetchRules,
         .is_apart = config::is_always_apart,
         .artifact = erased<artifact_of_fetch>,
         .variables = kVariables},
};

}  // namespace pintle::actions
