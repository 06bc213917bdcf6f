#include "schedule/slots.hpp"

namespace pintle::schedule {
namespace {

/// How far a clock may be set back and what it showed before still counts: a day, and an hour for a
/// mistaken zone. If it was further ahead it was wrong, and a job that waited until it is that late
/// again might wait for years.
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
  return Time(slot_->time_since_epoch() - offset_);
}

void Slots::take(Time now) noexcept {
  if (!slot_) return;
  taken_ = wall_time(now);
  slot_ = cron_.next_after(*taken_);
}

bool Slots::is_missed(Time now, Duration within) const noexcept {
  const WallTime wall = wall_time(now);
  const auto last = cron_.next_after(wall - std::chrono::ceil<std::chrono::seconds>(within) -
                                     std::chrono::seconds(1));
  return !last || *last > wall;
}

std::uint64_t Slots::key() const noexcept {
  return slot_ ? static_cast<std::uint64_t>(slot_->time_since_epoch().count()) : 0;
}

void Slots::set_clock(WallOffset offset, Time now) noexcept {
  offset_ = offset;
  if (!has_begun_) return;
  const WallTime wall = wall_time(now);
  if (slot_ && *slot_ <= wall) return;  // it was jumped over: due at once
  const bool is_taken = taken_ && *taken_ > wall && *taken_ - wall <= kFurthestBack;
  slot_ = cron_.next_after(is_taken ? *taken_ : wall);
}

}  // namespace pintle::schedule
