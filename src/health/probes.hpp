// health/probes.hpp - one look at a service of this container. Runs in a child, which PID 1 kills
// when its timeout is over, so everything here may wait. The other side is not trusted.
#pragma once

#include <sys/types.h>

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/action.hpp"

namespace pintle::health {

/// What a probe may need besides its parameters.
struct Context {
  pid_t main_pid = 0;  ///< of the container's main process; 0: there is none
  /// Takes known secrets out of a text while they are whole; may be empty.
  std::function<std::string(std::string text)> hide{};
};

// Each takes the parameters of its row in health/probe_table.cpp and returns a line about what was
// seen. Errors: what is not as it should be.
Result<std::string> probe_http(const config::Params& params, const Context& context);
Result<std::string> probe_tcp(const config::Params& params, const Context& context);
Result<std::string> probe_unix(const config::Params& params, const Context& context);
Result<std::string> probe_grpc(const config::Params& params, const Context& context);
Result<std::string> probe_file(const config::Params& params, const Context& context);
Result<std::string> probe_process(const config::Params& params, const Context& context);

/// What `probe_process` takes for the container's main process.
inline constexpr std::string_view kMainProcess = "main";

/// The probes, as rows for the parser with what they do.
struct Probe {
  config::ActionSpec spec;
  std::string_view command;  ///< what it is called on a command line
  Result<std::string> (*run)(const config::Params& params, const Context& context);
};
std::span<const Probe* const> probes() noexcept;

}  // namespace pintle::health
