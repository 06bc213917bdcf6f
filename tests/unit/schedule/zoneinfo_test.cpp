// Our slots in zones against those that Python's zoneinfo makes of the same files: how stands in
// zone_slots.py.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "running.hpp"
#include "schedule/cron.hpp"
#include "schedule/tzif.hpp"

using namespace pintle::schedule;
using running::take;
using running::take_time;

namespace {

constexpr int kCount = 6000;

std::shared_ptr<const Zone> load(const std::string& name) {
  std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  auto zone = parse_tzif(bytes);
  if (!zone) FAIL(name << ": " << zone.error().detail);  // tools/setup installs tzdata
  return std::make_shared<const Zone>(*std::move(zone));
}

}  // namespace

TEST_SUITE("schedule/zoneinfo") {
  TEST_CASE("around 6,000 moments when clocks are set Python finds the same slots") {
    const std::string table = running::output_of("zone_slots.py", kCount);
    std::map<std::string, std::shared_ptr<const Zone>> zones;
    std::string_view left = table;
    int count = 0;
    for (; !left.empty(); ++count) {
      const std::string name(take(left, '\t'));
      const std::string text(take(left, '\t'));
      const auto time = take_time(left, '\t');
      const auto slot = take_time(left, '\n');
      CAPTURE(name);
      CAPTURE(text);
      CAPTURE(time.time_since_epoch().count());
      if (!zones.contains(name)) zones[name] = load(name);
      auto cron = Cron::parse(text);
      REQUIRE(cron);
      cron->set_zone(zones[name]);
      const auto found = cron->next_after(time);
      REQUIRE(found);
      REQUIRE(found->time_since_epoch().count() == slot.time_since_epoch().count());
    }
    CHECK(count == kCount);
  }
}
