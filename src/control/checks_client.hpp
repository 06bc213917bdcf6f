// control/checks_client.hpp - how `pintle health --now` asks PID 1 to run checks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace pintle::control {

/// The verb of the request: "now\tID\tID…"; the answer is kDone, or why not.
inline constexpr std::string_view kNowVerb = "now";
inline constexpr std::string_view kDone = "done";

/// Asks PID 1, whose status said `name`, to run these checks now, all of them if `ids` is empty,
/// and waits until they have. Errors: a refusal, in words; no answer within `timeout`.
Result<void> run_checks_now(const std::string& name, const std::vector<std::string>& ids,
                            Duration timeout);

}  // namespace pintle::control
