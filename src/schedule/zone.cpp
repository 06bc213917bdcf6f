#include "schedule/zone.hpp"

#include <algorithm>
#include <iterator>

namespace pintle::schedule {

using std::chrono::seconds;

Zone::Zone(seconds offset) : changes_{{kZoneBegin, offset, ShownTime::min()}} {}

void Zone::set(WallTime begin, seconds offset) {
  if (begin >= kZoneEnd) return;
  const Change& last = changes_.back();
  if (begin <= last.begin) {
    changes_.back().offset = offset;
    return;
  }
  if (offset == last.offset) return;
  const ShownTime shown(begin.time_since_epoch() + last.offset);
  changes_.push_back({begin, offset, std::max(last.reached, shown)});
}

std::vector<Zone::Change>::const_iterator Zone::change_at(WallTime time) const noexcept {
  const auto later =
      std::upper_bound(changes_.begin() + 1, changes_.end(), time,
                       [](WallTime wanted, const Change& change) { return wanted < change.begin; });
  return std::prev(later);
}

Period Zone::period_at(WallTime time) const noexcept {
  const auto change = change_at(time);
  const auto next = std::next(change);
  return {change->begin, next == changes_.end() ? WallTime::max() : next->begin, change->offset};
}

ShownTime Zone::furthest_shown(WallTime time) const noexcept {
  const auto change = change_at(time);
  const ShownTime shown(time.time_since_epoch() + change->offset);
  if (change == changes_.begin()) return shown;
  return std::max(shown, change->reached - seconds(1));
}

WallTime Zone::first_showing(ShownTime shown) const noexcept {
  const auto next = std::upper_bound(
      changes_.begin() + 1, changes_.end(), shown,
      [](ShownTime wanted, const Change& change) { return wanted < change.reached; });
  const auto change = std::prev(next);
  const WallTime time(shown.time_since_epoch() - change->offset);
  return change == changes_.begin() ? time : std::max(time, change->begin);
}

}  // namespace pintle::schedule
