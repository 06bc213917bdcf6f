// fetch/probe.hpp - the probes `http` and `grpc`, and `wait`, by TLS. Without TLS, PID 1's own
// program asks.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/request.hpp"

namespace pintle::fetch {

// Each makes the same request as the action of that name without TLS, judges the answer alike, and
// returns the same line. Errors: those of connecting and TLS; an answer that is not as it should
// be.
Result<std::string> probe_http(const config::Request& request);
Result<std::string> probe_grpc(const config::Request& request);

/// Asks until the answer is as it should be, and tells by sys::send_note() why it is not yet.
Result<std::string> wait_http(const config::Request& request);

}  // namespace pintle::fetch
