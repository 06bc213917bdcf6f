// control/metrics.hpp - the status as metrics, for /metrics of `listen.health`. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "control/status.hpp"

namespace pintle::control {

/// Prometheus' text format 0.0.4, which every scraper reads, and OpenMetrics 1.0.
enum class MetricsFormat : std::uint8_t { text, open };

/// What "Accept" among the lines of a request's head asks for (RFC 9110 section 12.5.1):
/// OpenMetrics if it is named, and not with a lower weight than plain text.
MetricsFormat metrics_format(std::string_view head);

/// For Content-Type.
std::string_view type_of(MetricsFormat format) noexcept;

/// Series of a hook are there before its first run, with 0 where something is counted.
std::string metrics(const Status& status, MetricsFormat format);

}  // namespace pintle::control
