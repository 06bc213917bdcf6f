// control/metrics.hpp - the status as OpenMetrics text, for /metrics of `listen.health`. Pure.
#pragma once

#include <string>
#include <string_view>

#include "control/status.hpp"

namespace pintle::control {

inline constexpr std::string_view kMetricsType =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";

std::string metrics(const Status& status);

}  // namespace pintle::control
