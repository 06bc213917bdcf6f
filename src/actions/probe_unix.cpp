// The probe `unix`: a Unix socket accepts a connection.
#include "actions/action.hpp"
#include "actions/path_params.hpp"
#include "config/slots.hpp"
#include "sys/connect.hpp"
namespace pintle::actions {
namespace {

using config::erased;
using config::Key;
using config::text;

struct UnixParams {
  std::string path{};
};

constexpr Key<UnixParams> kProbeUnixKeys[] = {
    {.name = "path",
     .value = text<&UnixParams::path, kEntryPath>,
     .help = "The path of the socket; an accepted connection is healthy.",
     .example = "/run/app.sock",
     .required = true},
};

Result<std::string> run_probe_unix(const UnixParams& params, const Context&) {
  (void)TRY(sys::connect_to_path(params.path));
  return std::string("connected");
}

}  // namespace

const Action kProbeUnix{.spec = {.name = "unix",
                                 .kinds = config::kChecks,
                                 .help = "Connect to a Unix socket.",
                                 .params = config::params_of<kProbeUnixKeys>(),
                                 .shorthand = "path"},
                        .run = erased<run_probe_unix>,
                        .command = "unix"};

}  // namespace pintle::actions
