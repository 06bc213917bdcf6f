// The probe `tcp`: a port of this container accepts a connection.
#include "actions/action.hpp"
#include "actions/addresses.hpp"
namespace pintle::actions {
namespace {

using config::erased;
using config::Key;
using config::text;

struct TcpParams {
  std::string address{};
  bool allow_remote = false;
};

constexpr Key<TcpParams> kProbeTcpKeys[] = {
    {.name = "address",
     .value = text<&TcpParams::address, kAnyAddress>,
     .help = "The address to connect to; an accepted connection is healthy.",
     .example = "127.0.0.1:5432",
     .required = true},
    kAllowRemoteKey<TcpParams>,
};

Result<std::string> run_probe_tcp(const TcpParams& params, const Context&) {
  const config::Hosts hosts = hosts_of(params.allow_remote);
  const config::Address address = TRY(config::parse_address(params.address, hosts));
  (void)TRY(connect_to(address, hosts));
  return std::string("connected");
}

}  // namespace

const Action kProbeTcp{.spec = {.name = "tcp",
                                .kinds = config::kChecks,
                                .help = "Connect to a port of this container.",
                                .params = config::params_of<kProbeTcpKeys>(),
                                .shorthand = "address",
                                .check = erased<check_own_address<TcpParams>>},
                       .run = erased<run_probe_tcp>,
                       .command = "tcp"};

}  // namespace pintle::actions
