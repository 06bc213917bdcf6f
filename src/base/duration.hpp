// base/duration.hpp - durations and sizes as text with units: "500ms", "1m30s", "7d", "64MiB".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace pintle {

/// The longest duration that pintle accepts: ten years.
inline constexpr Duration kLongestDuration = std::chrono::hours(24 * 3653);

/// One or more whole numbers, each with a unit (ms, s, m, h, d), largest unit first: "1m30s". "0"
/// alone needs no unit. nullopt if the text is anything else or longer than kLongestDuration.
std::optional<Duration> parse_duration(std::string_view text) noexcept;

/// The notation of parse_duration(): "1m30s", "250ms", "0s".
std::string format_duration(Duration duration);

/// A whole number of B, KiB, MiB, GiB or TiB, in bytes: "64MiB". nullopt for anything else and for
/// a size above the largest file offset.
std::optional<std::int64_t> parse_size(std::string_view text) noexcept;

}  // namespace pintle
