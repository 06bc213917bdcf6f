// health/probes.hpp - one look at a service of this container. Runs in a child, which PID 1 kills
// when its timeout is over, so everything here may wait. The other side is not trusted.
#pragma once

#include <string>

#include "base/result.hpp"

namespace pintle::health {

/// GET `url` with HTTP/1.1 (RFC 9112). Healthy is a final status from 200 to 399. Returns a line
/// about what was seen. Errors: no connection, no answer, another status, an answer that is none.
Result<std::string> probe_http(const std::string& url);

/// Connects to `address` ("host:port"). Errors: no connection.
Result<std::string> probe_tcp(const std::string& address);

/// The status code of the first final (not 1xx) response at the front of `head`; 0 while it is not
/// complete, -1 when it is no HTTP response. Pure.
int final_status(std::string_view head) noexcept;

}  // namespace pintle::health
