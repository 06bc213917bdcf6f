// The rows of probes.hpp: what each probe is called and takes.
#include "config/address.hpp"
#include "config/path.hpp"
#include "health/probes.hpp"
#include "http/field.hpp"

namespace pintle::health {
namespace {

using config::Hosts;
using config::Params;
using config::ParamType;

std::string check_url(const std::string& url) {
  return config::wrong_with(config::parse_http_url(url, Hosts::any));
}

std::string check_address(const std::string& address) {
  return config::wrong_with(config::parse_address(address, Hosts::any));
}

std::string check_header(const std::string& name, const std::string& value) {
  return http::wrong_header(name, value);
}

bool is_final(const std::string& text) noexcept {
  return !text.empty() && text.find('$') == std::string::npos;
}

std::string stays_here(const Params& params) {
  const std::string url = params.text("url");
  const std::string address = params.text("address");
  if (params.flag("allowRemote")) return {};
  if (is_final(url)) {
    const auto parsed = config::parse_http_url(url);
    if (!parsed && check_url(url).empty()) return config::wrong_with(parsed);
  }
  if (is_final(address)) {
    const auto parsed = config::parse_address(address);
    if (!parsed && check_address(address).empty()) return config::wrong_with(parsed);
  }
  return {};
}

std::string check_target(const std::string& target) {
  if (target == kMainProcess) return {};
  return target.starts_with('/')
             ? config::check_entry_path(target)
             : "write \"main\", or the path of a pid file, which begins with \"/\"";
}
std::string_view target_pattern() {
  return R"(^(?:main|/(?:.*/)?(?:[^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+))$)";
}

std::string_view socket_pattern() {
  return config::kEntryPathPattern;
}

constexpr config::ParamSpec kAllowRemote{
    .name = "allowRemote",
    .type = ParamType::boolean,
    .help = "Whether hosts other than this container's own may be asked.",
    .example = "true",
    .standard = "false"};

constexpr config::ParamSpec kHttpParams[] = {
    {"url",
     ParamType::text,
     "Where to ask: a loopback address, or a Unix socket as in http://unix:/run/app.sock:/healthz. "
     "Healthy is a status from 200 to 399; redirections are not followed.",
     "http://127.0.0.1:8080/healthz",
     true,
     {},
     check_url,
     config::url_pattern},
    {"status", ParamType::count, "The one status that is healthy instead.", "204"},
    {.name = "headers",
     .type = ParamType::pairs,
     .help = "Headers of the request, in place of those that pintle sends by itself: Host, "
             "User-Agent, \"Accept: */*\" and \"Accept-Encoding: identity\".",
     .example = "{\"Host\": \"example.org\"}",
     .check_pair = check_header},
    {"body", ParamType::text,
     "What the answer must have in its content, in its first MiB; it must not be "
     "compressed then.",
     "\"status\":\"ok\""},
    kAllowRemote,
};
constexpr config::ParamSpec kTcpParams[] = {
    {"address",
     ParamType::text,
     "Where to connect; healthy is a connection that is accepted.",
     "127.0.0.1:5432",
     true,
     {},
     check_address,
     config::address_pattern},
    kAllowRemote,
};
constexpr config::ParamSpec kGrpcParams[] = {
    {"address",
     ParamType::text,
     "Where the server of grpc.health.v1 listens, in clear text.",
     "127.0.0.1:50051",
     true,
     {},
     check_address,
     config::address_pattern},
    {"service", ParamType::text, "The service to ask for; the server as a whole otherwise.",
     "shop.Orders"},
    kAllowRemote,
};
constexpr config::ParamSpec kUnixParams[] = {
    {"path",
     ParamType::path,
     "The socket; healthy is a connection that is accepted.",
     "/run/app.sock",
     true,
     {},
     config::check_entry_path,
     socket_pattern},
};
constexpr config::ParamSpec kFileParams[] = {
    {"path", ParamType::path,
     "What has to be there, of whatever type: a file, a directory, a device or a socket.",
     "/run/app.ready", true},
    {"newerThan", ParamType::interval, "How long ago it may have been changed.", "2m"},
};
constexpr config::ParamSpec kProcessParams[] = {
    {"target",
     ParamType::path,
     "The process that has to be alive and no zombie: \"main\", or the path of a pid file.",
     "/run/nginx.pid",
     true,
     {},
     check_target,
     target_pattern},
};

constexpr Probe kHttp{.spec = {.name = "http",
                               .kinds = config::kChecks,
                               .help = "Ask a URL of this container.",
                               .params = kHttpParams,
                               .shorthand = "url",
                               .check = stays_here},
                      .command = "http",
                      .run = probe_http};
constexpr Probe kTcp{.spec = {.name = "tcp",
                              .kinds = config::kChecks,
                              .help = "Connect to a port of this container.",
                              .params = kTcpParams,
                              .shorthand = "address",
                              .check = stays_here},
                     .command = "tcp",
                     .run = probe_tcp};
constexpr Probe kUnix{.spec = {.name = "unix",
                               .kinds = config::kChecks,
                               .help = "Connect to a Unix socket.",
                               .params = kUnixParams,
                               .shorthand = "path"},
                      .command = "unix",
                      .run = probe_unix};
constexpr Probe kGrpc{
    .spec = {.name = "grpc",
             .kinds = config::kChecks,
             .help = "Ask a server by gRPC's health protocol; SERVING is healthy.",
             .params = kGrpcParams,
             .shorthand = "address",
             .check = stays_here},
    .command = "grpc",
    .run = probe_grpc};
constexpr Probe kFile{.spec = {.name = "fileExists",
                               .kinds = config::kChecks,
                               .help = "Look whether a file is there, and new enough.",
                               .params = kFileParams,
                               .shorthand = "path"},
                      .command = "file",
                      .run = probe_file};
constexpr Probe kProcess{.spec = {.name = "process",
                                  .kinds = config::kChecks,
                                  .help = "Look whether a process is alive.",
                                  .params = kProcessParams,
                                  .shorthand = "target"},
                         .command = "process",
                         .run = probe_process};

constexpr const Probe* kProbes[] = {&kHttp, &kTcp, &kUnix, &kGrpc, &kFile, &kProcess};

}  // namespace

std::span<const Probe* const> probes() noexcept {
  return kProbes;
}

}  // namespace pintle::health
