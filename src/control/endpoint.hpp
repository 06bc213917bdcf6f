// control/endpoint.hpp - what the HTTP of `listen.health` says: /livez, /readyz and /startupz, each
// with ?verbose, as kube-apiserver has them, and /metrics. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "control/status.hpp"

namespace pintle::control {

/// A request whose head is longer is refused.
inline constexpr std::size_t kLargestRequestHead = 8U << 10U;

/// True when `request` is complete, or will not become one that is taken.
bool is_complete(std::string_view request) noexcept;

/// The whole response to a complete request. 200 if the answer is good, 503 if it is not or if PID
/// 1 gave none; 400, 404, 405 and 431 for what is no question.
std::string respond(std::string_view request, const Result<Status>& status);

}  // namespace pintle::control
