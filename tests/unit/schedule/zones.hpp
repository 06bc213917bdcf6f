// What the tests of zones share: zones that are made here, so that no test depends on what the
// machine knows of the world.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schedule/tzif.hpp"

namespace zones {

using namespace std::chrono;
using pintle::schedule::WallTime;
using pintle::schedule::Zone;

/// "2026-11-23 00:15:07", UTC; the seconds, and the time, may be missing.
inline WallTime utc(std::string_view text) {
  const auto number = [&](std::size_t at, std::size_t size) {
    return text.size() < at + size ? 0 : std::stoi(std::string(text.substr(at, size)));
  };
  const year_month_day date(year(number(0, 4)), month(static_cast<unsigned>(number(5, 2))),
                            day(static_cast<unsigned>(number(8, 2))));
  REQUIRE(date.ok());
  return sys_days(date) + hours(number(11, 2)) + minutes(number(14, 2)) + seconds(number(17, 2));
}

struct Change {
  std::int64_t time;
  unsigned char type;
};

/// What a TZif file says.
struct Tzif {
  char version = '2';
  std::vector<std::int32_t> types{0};  ///< seconds ahead of UTC
  std::vector<Change> changes{};
  std::string footer{};

  // What is wrong with it.
  unsigned leap_seconds = 0;
  unsigned marks = 0;  ///< of standard time
};

inline void put(std::string& out, std::int64_t number, unsigned size) {
  for (unsigned i = size; i-- > 0;) {
    out += static_cast<char>(static_cast<std::uint64_t>(number) >> (i * 8U) & 0xffU);
  }
}

inline void put_block(std::string& out, const Tzif& file, unsigned width) {
  out += "TZif";
  out += file.version;
  out.append(15, '\0');
  const std::string letters("ABC\0", 4);
  for (const std::size_t count :
       {std::size_t{0}, std::size_t{file.marks}, std::size_t{file.leap_seconds},
        file.changes.size(), file.types.size(), letters.size()}) {
    put(out, static_cast<std::int64_t>(count), 4);
  }
  for (const Change& change : file.changes) put(out, change.time, width);
  for (const Change& change : file.changes) put(out, change.type, 1);
  for (const std::int32_t offset : file.types) {
    put(out, offset, 4);
    put(out, 0, 2);
  }
  out += letters;
  out.append(file.leap_seconds * (width + 4U) + file.marks, '\0');
}

inline std::string bytes_of(const Tzif& file) {
  std::string out;
  if (file.version == '\0') {
    put_block(out, file, 4);
    return out;
  }
  put_block(out, {.version = file.version, .types = {12345}}, 4);
  put_block(out, file, 8);
  return out + '\n' + file.footer + '\n';
}

inline Zone made(const Tzif& file) {
  auto zone = pintle::schedule::parse_tzif(bytes_of(file));
  if (!zone) FAIL(zone.error().detail);
  return *std::move(zone);
}

/// One that follows a rule, from 1970 on.
inline Zone of_rule(const char* rule) {
  return made({.footer = rule});
}

// Rules that apply in 2025, and changes that did, as the IANA's database has them.
inline constexpr const char* kBerlin = "CET-1CEST,M3.5.0,M10.5.0/3";
inline constexpr const char* kNewYork = "EST5EDT,M3.2.0,M11.1.0";
inline constexpr const char* kDublin = "IST-1GMT0,M10.5.0,M3.5.0/1";
inline constexpr const char* kLordHowe = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0";
inline constexpr const char* kCairo = "EET-2EEST,M4.5.5/0,M10.5.4/24";
inline constexpr const char* kBeirut = "EET-2EEST,M3.5.0/0,M10.5.0/0";
inline constexpr const char* kNuuk = "<-02>2<-01>,M3.5.0/-1,M10.5.0/0";

inline std::int64_t at(std::string_view time) {
  return utc(time).time_since_epoch().count();
}

/// Brazil: clocks went from 00:00 to 01:00 in October or November, until 2019.
inline Zone sao_paulo() {
  return made({.types = {-3 * 3600, -2 * 3600},
               .changes = {{at("2016-10-16 03:00"), 1},
                           {at("2017-02-19 02:00"), 0},
                           {at("2017-10-15 03:00"), 1},
                           {at("2018-02-18 02:00"), 0},
                           {at("2018-11-04 03:00"), 1},
                           {at("2019-02-17 02:00"), 0}},
               .footer = "<-03>3"});
}

/// Samoa: the 30th of December 2011 is left out.
inline Zone apia() {
  return made({.types = {-11 * 3600, -10 * 3600, 14 * 3600, 13 * 3600},
               .changes = {{at("2011-04-02 14:00"), 0},
                           {at("2011-09-24 14:00"), 1},
                           {at("2011-12-30 10:00"), 2},
                           {at("2012-03-31 14:00"), 3}},
               .footer = "<+13>-13"});
}

}  // namespace zones
