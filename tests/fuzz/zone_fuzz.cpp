// Any bytes as a compiled time zone: it is refused, or its clocks and the slots of crons in it are
// as they must be around the moments when the clocks are set.
#include <algorithm>
#include <memory>
#include <optional>

#include "fuzz.hpp"
#include "schedule/cron.hpp"
#include "schedule/tzif.hpp"

using namespace pintle;
using namespace pintle::schedule;
using namespace std::chrono_literals;

namespace {

constexpr int kMostPeriods = 40;

void check_clocks(const Zone& zone, WallTime time) {
  const Period period = zone.period_at(time);
  fuzz::require(time < period.end, "a time is before the end of its period");
  fuzz::require(period.time_of(period.shown_at(time)) == time, "a time is shown, and found again");
  const ShownTime furthest = zone.furthest_shown(time);
  fuzz::require(furthest >= period.shown_at(time), "the furthest is what is shown, or further");
  fuzz::require(zone.first_showing(furthest) <= time, "what was shown is found where it was");
  fuzz::require(zone.first_showing(furthest + 1s) > time, "what was not shown comes later");
}

void check_slots(const Cron& cron, WallTime time) {
  const auto slot = cron.next_after(time);
  if (!slot) return;
  fuzz::require(*slot > time, "a slot lies after the time");
  fuzz::require(cron.next_after(*slot - 1s) == slot, "there is none between the time and its slot");
  const auto next = cron.next_after(*slot);
  fuzz::require(!next || *next > *slot, "the next slot lies after it");
}

Cron cron_in(const std::shared_ptr<const Zone>& zone, const char* text) {
  auto cron = Cron::parse(text);
  fuzz::require(static_cast<bool>(cron), "our crons are some");
  cron->set_zone(zone);
  return *cron;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto parsed = parse_tzif(fuzz::text(data, size));
  if (!parsed) {
    fuzz::require(!parsed.error().detail.empty(), "a refusal has a reason");
    return 0;
  }
  const auto zone = std::make_shared<const Zone>(*std::move(parsed));
  const Cron crons[] = {cron_in(zone, "*/15 * * * *"), cron_in(zone, "30 */2 1-7 * *"),
                        cron_in(zone, "0,30 1-3 * * *"), cron_in(zone, "0 0 * * SUN")};
  WallTime time = kZoneBegin;
  for (int i = 0; i < kMostPeriods && time < kZoneEnd; ++i) {
    for (const auto distance : {-86400s, -1800s, -1s, 0s, 1s, 3600s, 86400s}) {
      check_clocks(*zone, time + distance);
      for (const Cron& cron : crons) check_slots(cron, time + distance);
    }
    time = zone->period_at(time).end;
  }
  return 0;
}
