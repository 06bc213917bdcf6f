// config/kind.hpp - the kinds of hook, and sets of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pintle::config {

enum class Kind : std::uint8_t { step, check, job, shutdown };
inline constexpr std::size_t kKinds = 4;

/// The word for messages and log lines: "step".
std::string_view name_of(Kind kind) noexcept;

/// Bit N is Kind N. Objects that are no hook use kAnyKind.
using Kinds = std::uint8_t;
inline constexpr Kinds kAnyKind = 0xff;
constexpr Kinds only(Kind kind) noexcept {
  return static_cast<Kinds>(1U << static_cast<unsigned>(kind));
}
inline constexpr Kinds kSteps = only(Kind::step);
inline constexpr Kinds kChecks = only(Kind::check);
inline constexpr Kinds kJobs = only(Kind::job);
inline constexpr Kinds kShutdowns = only(Kind::shutdown);
/// The kinds that change something; checks only look.
inline constexpr Kinds kActiveKinds = kSteps | kJobs | kShutdowns;

}  // namespace pintle::config
