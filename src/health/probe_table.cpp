// The rows of probes.hpp: what each probe is called and takes.
#include "config/address.hpp"
#include "health/probes.hpp"

namespace pintle::health {
namespace {

using config::Params;
using config::ParamType;

std::string check_url(const std::string& url) {
  const auto parsed = config::parse_http_url(url);
  return parsed ? std::string() : parsed.error().detail;
}

std::string check_address(const std::string& address) {
  const auto parsed = config::parse_address(address);
  return parsed ? std::string() : parsed.error().detail;
}

constexpr config::ParamSpec kHttpParams[] = {
    {"url",
     ParamType::text,
     "Where to ask; healthy is a status from 200 to 399.",
     "http://127.0.0.1:8080/healthz",
     true,
     {},
     check_url,
     config::loopback_url_pattern},
};
constexpr config::ParamSpec kTcpParams[] = {
    {"address",
     ParamType::text,
     "Where to connect; healthy is a connection that is accepted.",
     "127.0.0.1:5432",
     true,
     {},
     check_address,
     config::loopback_address_pattern},
};

constexpr Probe kHttp{{"http", config::kChecks, "Ask a URL of this container.", kHttpParams, "url"},
                      [](const Params& params) { return probe_http(params.text("url")); }};
constexpr Probe kTcp{
    {"tcp", config::kChecks, "Connect to a port of this container.", kTcpParams, "address"},
    [](const Params& params) { return probe_tcp(params.text("address")); }};

constexpr const Probe* kProbes[] = {&kHttp, &kTcp};

}  // namespace

std::span<const Probe* const> probes() noexcept {
  return kProbes;
}

}  // namespace pintle::health
