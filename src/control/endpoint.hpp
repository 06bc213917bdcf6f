// control/endpoint.hpp - the HTTP responses of `listen.health`: /livez, /readyz and /startupz, each
// with ?verbose, as in kube-apiserver, and /metrics. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "control/status.hpp"

namespace pintle::control {

/// A request with a longer head is refused; in bytes.
inline constexpr std::size_t kLargestRequestHead = 8U << 10U;

/// True if `request` is complete or already too large.
bool is_complete(std::string_view request) noexcept;

/// Returns the whole response to a complete request. Its status is 200 if the container is healthy;
/// 503 if it is not, or if PID 1 did not reply; 400, 404, 405 or 431 if the request is wrong.
std::string respond(std::string_view request, const Result<Status>& status);

}  // namespace pintle::control
