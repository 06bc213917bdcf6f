// The probe `grpc`: what a server says of itself by grpc.health.v1.
#include <fmt/format.h>

#include <span>

#include "actions/action.hpp"
#include "actions/addresses.hpp"
#include "actions/tls_params.hpp"
#include "http/grpc.hpp"
#include "sys/connect.hpp"
namespace pintle::actions {
namespace {

using config::erased;
using config::into;
using config::Key;
using config::Reader;
using config::text;

namespace grpc = http::grpc;

struct GrpcParams {
  std::string address{};
  std::optional<std::string> service{};
  config::Pairs tls{};
  bool allow_remote = false;
};

constexpr std::string_view kUnix = "unix:";

bool is_socket(const std::string& address) noexcept {
  return address.starts_with("unix:/");
}

std::string check_grpc_address(const std::string& address) {
  if (!is_socket(address)) return check_any_address(address);
  const bool is_path = address.size() > kUnix.size() + 1 && address.find('\n') == address.npos;
  return is_path ? "" : "write unix:/PATH/OF/SOCKET";
}

std::string_view grpc_pattern() {
  static const std::string pattern = fmt::format(R"({}|^unix:/[^\n]+$)", config::address_pattern());
  return pattern;
}

constexpr config::TextKind kGrpcAddress{.check = check_grpc_address, .pattern = grpc_pattern};

constexpr Key<GrpcParams> kProbeGrpcKeys[] = {
    {.name = "address",
     .value = text<&GrpcParams::address, kGrpcAddress>,
     .help =
         "Where the server of grpc.health.v1 listens: a loopback address, or a Unix socket as in "
         "unix:/run/app.sock.",
     .example = "127.0.0.1:50051",
     .required = true},
    {"service", into<&GrpcParams::service, &Reader::expandable>,
     "The name of the service. Default: the server as a whole.", "shop.Orders"},
    {"tls",
     {read_tls<GrpcParams>, &config::kObjectForm<kTls>, config::field_of<&GrpcParams::tls>},
     "That TLS is used, and how; {} is with the certificates that the system trusts. pintle-fetch "
     "does it then.",
     R"({"ca": "/etc/ssl/own.pem"})"},
    kAllowRemoteKey<GrpcParams>,
};

bool is_probe_grpc_apart(const GrpcParams& params) {
  return !params.tls.empty();
}

std::string check_probe_grpc_keys(const GrpcParams& params) {
  return is_socket(params.address) ? std::string() : check_own_address(params);
}

Result<Fd> connect(const GrpcParams& params) {
  if (is_socket(params.address)) return sys::connect_to_path(params.address.substr(kUnix.size()));
  const config::Hosts hosts = hosts_of(params.allow_remote);
  return connect_to(TRY(config::parse_address(params.address, hosts)), hosts);
}

Result<std::string> run_probe_grpc(const GrpcParams& params, const Context&) {
  const Fd socket = TRY(connect(params));
  const std::string authority = is_socket(params.address) ? "localhost" : params.address;
  const std::string service = params.service.value_or("");
  return grpc::check(
      {authority, service}, [&](std::string_view bytes) { return sys::send_all(socket, bytes); },
      [&](std::span<char> into) { return sys::receive(socket, into); });
}

}  // namespace

const Action kProbeGrpc{
    .spec = {.name = "grpc",
             .kinds = config::kChecks,
             .help = "Call the health protocol of gRPC; the status SERVING is healthy.",
             .params = config::params_of<kProbeGrpcKeys>(),
             .shorthand = "address",
             .check = erased<check_probe_grpc_keys>,
             .is_apart = erased<is_probe_grpc_apart>},
    .run = erased<run_probe_grpc>,
    .command = "grpc"};

}  // namespace pintle::actions
