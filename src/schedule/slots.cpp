#include "schedule/slots.hpp"

namespace pintle::schedule {
namespace {

/// If the clock is set back by at most this time (a day, and an hour for a wrong zone), the slots
/// taken before are not taken again. If it is set back further, it was wrong before, so these slots
/// are forgotten: otherwise a job might wait for years until the clock shows that time again.
constexpr std::chrono::hours kFurthestBack(25);

}  // namespace

WallTime Slots::wall_time(Time now) const noexcept {
  return WallTime(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch() + offset_));
}

void Slots::begin(Time now) noexcept {
  has_begun_ = true;
  slot_ = cron_.next_after(wall_time(now));
}

void Slots::end() noexcept {
  has_begun_ = false;
  slot_.reset();
}

std::optional<Time> Slots::due() const noexcept {
  if (!slot_) return std::nullopt;
  return boot_time(*slot_);
}

void Slots::take(Time now) noexcept {
  if (!slot_) return;
  taken_ = wall_time(now);
  slot_ = cron_.next_after(*taken_);
}

void Slots::skip() noexcept {
  if (slot_) slot_ = cron_.next_after(*slot_);
}

std::optional<Time> Slots::last(Time now, Duration within) const noexcept {
  using std::chrono::seconds;
  constexpr int kMost = 100;  // enough: if so many slots are missed, any of the late ones will do
  const WallTime wall = wall_time(now);
  const auto first = cron_.next_after(wall - std::chrono::ceil<seconds>(within) - seconds(1));
  if (!first || *first > wall) return std::nullopt;
  WallTime slot = *first;
  for (int i = 0; i < kMost; ++i) {
    const auto next = cron_.next_after(slot);
    if (!next || *next > wall) break;
    slot = *next;
  }
  return boot_time(slot);
}

std::uint64_t Slots::key(Time slot) const noexcept {
  return static_cast<std::uint64_t>(wall_time(slot).time_since_epoch().count());
}

void Slots::set_clock(WallOffset offset, Time now) noexcept {
  offset_ = offset;
  if (!has_begun_) return;
  const WallTime wall = wall_time(now);
  if (slot_ && *slot_ <= wall) return;  // the clock was set past it: it is due at once
  const bool is_taken = taken_ && *taken_ > wall && *taken_ - wall <= kFurthestBack;
  slot_ = cron_.next_after(is_taken ? *taken_ : wall);
}

}  // namespace pintle::schedule
