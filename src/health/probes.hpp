// health/probes.hpp - one look at a service of this container. Runs in a child, which PID 1 kills
// when its timeout is over, so everything here may wait. The other side is not trusted.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/action.hpp"
#include "sys/http.hpp"

namespace pintle::health {

/// GET `url` with HTTP/1.1 (RFC 9112). Healthy is a final status from 200 to 399. Returns a line
/// about what was seen. Errors: no connection, no answer, another status, an answer that is none.
Result<std::string> probe_http(const std::string& url);

/// Connects to `address` ("host:port"). Errors: no connection.
Result<std::string> probe_tcp(const std::string& address);

/// The probes, as rows for the parser with what they do.
struct Probe {
  config::ActionSpec spec;
  Result<std::string> (*run)(const config::Params& params);
};
std::span<const Probe* const> probes() noexcept;

using sys::final_status;

}  // namespace pintle::health
