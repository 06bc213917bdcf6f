// fetch/probe.hpp - the probes `http` and `grpc`, and `wait`, over TLS. Without TLS, pintle makes
// these requests itself.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/request.hpp"

namespace pintle::fetch {

// Each makes the same request as the action of that name without TLS, applies the same rules to the
// response, and returns the same line. Errors: those of connecting and TLS; a response that is not
// as it should be.
Result<std::string> probe_http(const config::Request& request);
Result<std::string> probe_grpc(const config::Request& request);

/// Repeats the request until the response is as it should be. Reports by sys::send_note() why it is
/// not yet.
Result<std::string> wait_http(const config::Request& request);

}  // namespace pintle::fetch
