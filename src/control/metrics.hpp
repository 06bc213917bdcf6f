// control/metrics.hpp - the status as metrics, for /metrics of `listen.health`. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "control/status.hpp"

namespace pintle::control {

/// Prometheus' text format 0.0.4, which every scraper understands, and OpenMetrics 1.0.
enum class MetricsFormat : std::uint8_t { text, open };

/// The format for the "Accept" header in a request's head (RFC 9110 section 12.5.1): OpenMetrics if
/// the header names it, unless plain text has a higher weight.
MetricsFormat metrics_format(std::string_view head);

/// The value of the header Content-Type for the format.
std::string_view type_of(MetricsFormat format) noexcept;

/// The metrics of `status` as text. A hook's counters are present, as 0, before its first run.
std::string metrics(const Status& status, MetricsFormat format);

}  // namespace pintle::control
