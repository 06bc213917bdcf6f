// control/checks_client.hpp - how `pintle health --now` asks PID 1 to run checks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "control/status.hpp"

namespace pintle::control {

/// The verb of the request: "now\tID\tID…". The reply is kDone, or the reason why PID 1 refuses.
inline constexpr std::string_view kNowVerb = "now";
inline constexpr std::string_view kDone = "done";

/// Asks the pintles of `status` to run these checks now, all checks if `ids` is empty, and waits
/// until they have run. Errors: a pintle refuses, with its reason; a pintle does not reply within
/// `timeout`.
Result<void> run_checks_now(const Status& status, const std::vector<std::string>& ids,
                            Duration timeout);

}  // namespace pintle::control
