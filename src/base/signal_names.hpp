// base/signal_names.hpp - signals by name and number, signal(7).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pintle {

/// The highest signal number, SIGRTMAX included.
inline constexpr int kLastSignal = 64;

/// The number of "SIGTERM", "TERM", "15", "SIGRTMIN+3" or "SIGRTMAX-1" (case does not matter);
/// nullopt for anything else.
std::optional<int> signal_number(std::string_view name) noexcept;

/// "SIGTERM" for 15, "SIGRTMIN+3" for 37; for a number that has no name "signal N".
std::string signal_name(int number);

/// Every name without "SIG", RTMIN and RTMAX included.
std::vector<std::string_view> signal_names();

}  // namespace pintle
