// The probe `grpc`: what a server says of itself by grpc.health.v1.
#include <fmt/format.h>

#include <array>

#include "actions/action.hpp"
#include "actions/addresses.hpp"
#include "actions/grpc.hpp"
#include "sys/connect.hpp"
namespace pintle::actions {
namespace {

using config::erased;
using config::into;
using config::Key;
using config::Reader;
using config::text;

Error unusable(std::string detail) {
  return {"use the answer", 0, {}, std::move(detail)};
}

struct GrpcParams {
  std::string address{};
  std::optional<std::string> service{};
  bool allow_remote = false;
};

constexpr Key<GrpcParams> kKeys[] = {
    {.name = "address",
     .value = text<&GrpcParams::address, kAnyAddress>,
     .help = "Where the server of grpc.health.v1 listens, in clear text.",
     .example = "127.0.0.1:50051",
     .required = true},
    {"service", into<&GrpcParams::service, &Reader::expandable>,
     "The service to ask for; the server as a whole otherwise.", "shop.Orders"},
    kAllowRemoteKey<GrpcParams>,
};

Result<std::string> run(const GrpcParams& params, const Context&) {
  const config::Hosts hosts = hosts_of(params.allow_remote);
  const std::string text = params.address;
  const config::Address address = TRY(config::parse_address(text, hosts));
  const Fd socket = TRY(connect_to(address, hosts));
  TRY(sys::send_all(socket, grpc::call(text, params.service.value_or(""))));
  grpc::Answer answer;
  std::array<char, 4096> chunk{};
  for (;;) {
    const std::size_t got = TRY(sys::receive(socket, chunk));
    if (got == 0) return unusable("the connection was cut");
    const auto serving = TRY(answer.feed({chunk.data(), got}));
    if (serving) {
      const std::string said = fmt::format("gRPC status {}", grpc::name_of(*serving));
      return *serving == grpc::Serving::serving ? Result<std::string>(said) : Error::in_words(said);
    }
    TRY(sys::send_all(socket, answer.take_replies()));
  }
}

}  // namespace

const Action kProbeGrpc{
    .spec = {.name = "grpc",
             .kinds = config::kChecks,
             .help = "Ask a server by gRPC's health protocol; SERVING is healthy.",
             .params = config::params_of<kKeys>(),
             .shorthand = "address",
             .check = erased<check_own_address<GrpcParams>>},
    .run = erased<run>,
    .command = "grpc"};

}  // namespace pintle::actions
