#include "schedule/timer.hpp"

#include <algorithm>

namespace pintle::schedule {
namespace {

/// The finalizer of SplitMix64: every bit of the result depends on every bit of `value`.
std::uint64_t mix(std::uint64_t value) noexcept {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

std::uint64_t mix(std::uint64_t seed, std::string_view text) noexcept {
  for (const char c : text) seed = mix(seed ^ static_cast<unsigned char>(c));
  return mix(seed ^ text.size());
}

}  // namespace

Duration Jitter::delay(std::uint64_t slot) const noexcept {
  if (most.count() <= 0) return Duration(0);
  const std::uint64_t choices = static_cast<std::uint64_t>(most.count()) + 1;
  return Duration(static_cast<Duration::rep>(mix(seed ^ mix(slot)) % choices));
}

void Timer::begin(Time now) noexcept {
  if (auto* every = std::get_if<Every>(&kind_)) return every->begin(now);
  auto& slots = std::get<Slots>(kind_);
  slots.begin(now - std::min<Duration>(jitter_.most, std::chrono::hours(24)));
  while (due() && *due() <= now) slots.skip();
}

std::optional<Time> Timer::last_due(Time now, Duration within) const noexcept {
  return std::visit(
      [&](const auto& kind) -> std::optional<Time> {
        const auto slot = kind.last(now, within + jitter_.most);
        if (!slot) return std::nullopt;
        const Time due = *slot + jitter_.delay(kind.key(*slot));
        return now - due > within ? std::nullopt : std::optional(due);
      },
      kind_);
}

std::uint64_t seed_of(std::string_view host, std::string_view id) noexcept {
  return mix(mix(0, host), id);
}

}  // namespace pintle::schedule
